#pragma once

#include <node_api.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/describe_engine.h"

// The property names, words and object makers of one JavaScript environment, made once and kept,
// so that a message crosses without a string being built for each of its properties.
namespace failoverd::addon {

class Vocabulary {
 public:
  explicit Vocabulary(napi_env env) : env_(env) {}

  // The functions in JavaScript that make and take apart objects of one type. A literal makes an
  // object several times faster than properties set one by one, and all objects of a type
  // share their hidden class; taking apart is one call instead of a look-up for each name.
  struct Entry {
    napi_ref maker = nullptr;   // (...values) => object
    napi_ref reader = nullptr;  // (object) => [...values]
    napi_ref words = nullptr;   // of an enum
  };

  template <class T>
  const Entry& structOf() {
    auto& entry = at(indexOf<T>());
    if (entry.maker == nullptr) [[unlikely]] {
      std::vector<std::string_view> names;
      std::apply([&](const auto&... fields) { (names.push_back(fields.name), ...); },
                 core::Description<T>::fields);
      entry.maker = run(makerText(kindOf<T>(), names));
      entry.reader = run(readerText(names));
    }
    return entry;
  }

  template <class E>
  napi_value word(E value) {
    auto& entry = at(indexOf<E>());
    if (entry.words == nullptr) [[unlikely]] {
      const auto& names = core::EnumNames<E>::names;
      entry.words = run(wordsText({names.begin(), names.end()}));
    }
    napi_value made = nullptr;
    napi_get_element(env_, get(entry.words), static_cast<std::uint32_t>(value), &made);
    return made;
  }

  // (object) => object.kind
  napi_value kindReader() {
    if (kindReader_ == nullptr) [[unlikely]]
      kindReader_ = run("(o=>o.kind)");
    return get(kindReader_);
  }

  [[nodiscard]] napi_value get(napi_ref reference) const {
    napi_value value = nullptr;
    napi_get_reference_value(env_, reference, &value);
    return value;
  }

 private:
  template <class T>
  static std::size_t indexOf() {
    static const std::size_t index = count_++;
    return index;
  }
  // Members of unions carry their name.
  template <class T>
  static std::string_view kindOf() {
    constexpr bool message = core::isMemberOf<T, core::Input> ||
                             core::isMemberOf<T, core::Output> ||
                             core::isMemberOf<T, engine::EngineEvent>;
    return message ? core::Description<T>::name : std::string_view();
  }

  Entry& at(std::size_t index) {
    while (index >= entries_.size()) entries_.emplace_back();
    return entries_[index];
  }
  static std::string makerText(std::string_view kind, const std::vector<std::string_view>& names);
  static std::string readerText(const std::vector<std::string_view>& names);
  static std::string wordsText(const std::vector<std::string_view>& words);
  // The object that `script` evaluates to, kept. (Node-API 9 cannot keep a string.)
  napi_ref run(const std::string& script);

  static inline std::atomic<std::size_t> count_ = 0;
  napi_env env_;
  napi_ref kindReader_ = nullptr;
  std::deque<Entry> entries_;  // references into it stay good while it grows
};

}  // namespace failoverd::addon
