#include "addon/schema.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/describe_engine.h"
#include "engine/overheard.h"

namespace failoverd::addon {

namespace {

using core::Description;
using core::EnumNames;
using core::UnionName;

std::string quoted(std::string_view text) {
  return std::string(1, '"').append(text).append(1, '"');
}

// Walks the types from the unions down and writes each one once.
class Collector {
 public:
  template <class T>
  std::string typeOf() {
    if constexpr (core::isOptional<T>) {
      return wrapped("optional", typeOf<typename T::value_type>());
    } else if constexpr (core::isVector<T>) {
      return wrapped("array", typeOf<typename T::value_type>());
    } else if constexpr (core::isBorrowed<T>) {
      return typeOf<std::remove_cv_t<std::remove_pointer_t<T>>>();
    } else if constexpr (core::isVariant<T>) {
      addUnion<T>();
      return reference(UnionName<T>::name);
    } else if constexpr (core::DescribedEnum<T>) {
      addEnum<T>();
      return reference(EnumNames<T>::name);
    } else if constexpr (core::DescribedStruct<T>) {
      addStruct<T>();
      return reference(Description<T>::name);
    } else {
      return scalar<T>();
    }
  }

  [[nodiscard]] std::string text() const {
    std::string structs;
    for (const auto& [name, fields] : structs_) {
      append(structs, quoted(name) +
                          ":{\"message\":" + (messages_.contains(name) ? "true" : "false") +
                          ",\"fields\":[" + fields + "]}");
    }
    return "{\"enums\":{" + joined(enums_) + "},\"structs\":{" + structs + "},\"unions\":{" +
           joined(unions_) + "}}";
  }

 private:
  using Named = std::vector<std::pair<std::string, std::string>>;

  static void append(std::string& list, const std::string& item) {
    if (!list.empty()) list += ',';
    list += item;
  }
  static std::string joined(const Named& named) {
    std::string out;
    for (const auto& [name, body] : named) append(out, quoted(name) + ":[" + body + "]");
    return out;
  }
  static std::string wrapped(std::string_view is, const std::string& of) {
    return "{\"is\":" + quoted(is) + ",\"of\":" + of + "}";
  }
  static std::string reference(std::string_view name) {
    return "{\"is\":\"ref\",\"name\":" + quoted(name) + "}";
  }
  bool first(std::string_view name) { return seen_.insert(std::string(name)).second; }

  template <class T>
  std::string scalar() {
    if constexpr (std::is_same_v<T, bool>) {
      return R"({"is":"boolean"})";
    } else if constexpr (core::isTime<T>) {
      return R"({"is":"micros"})";
    } else if constexpr (std::is_same_v<T, std::string>) {
      return R"({"is":"string"})";
    } else if constexpr (std::is_same_v<T, IpAddress>) {
      return R"({"is":"ip"})";
    } else if constexpr (std::is_same_v<T, MacAddress>) {
      return R"({"is":"mac"})";
    } else if constexpr (std::is_same_v<T, core::InterfaceName>) {
      return R"({"is":"interface"})";
    } else if constexpr (std::is_same_v<T, core::AddressLabel>) {
      return R"({"is":"label"})";
    } else if constexpr (std::is_same_v<T, core::ProgramName>) {
      return R"({"is":"program"})";
    } else if constexpr (std::is_same_v<T, core::ByteView>) {
      return R"({"is":"bytes"})";
    } else if constexpr (core::byteArraySize<T> != 0) {
      return R"({"is":"bytes","length":)" + std::to_string(core::byteArraySize<T>) + "}";
    } else {
      return number<T>();
    }
  }

  template <class T>
  std::string number() {
    constexpr auto range = core::rangeOf<T>();
    return R"({"is":"number",)" + nameOf<T>() + "\"min\":" + std::to_string(range.min) +
           ",\"max\":" + std::to_string(range.max) + "}";
  }

  template <class T>
  std::string nameOf() {
    if constexpr (core::isStrongInt<T>) {
      return "\"name\":" + quoted(core::strongName<T>()) + ",";
    } else {
      return {};
    }
  }

  template <class T>
  void addEnum() {
    static_assert(core::namesWhole<T>(), "a value has no word, or a word no value");
    if (!first(EnumNames<T>::name)) return;
    std::string list;
    for (const auto word : EnumNames<T>::names) append(list, quoted(word));
    enums_.emplace_back(EnumNames<T>::name, list);
  }

  template <class T>
  void addStruct() {
    static_assert(core::coversWhole<T>(), "a field is not described, or not in its order");
    if (!first(Description<T>::name)) return;
    std::string list;
    const auto add = [&]<class Owner, class Member>(const core::Field<Owner, Member>& field) {
      append(list, "{\"name\":" + quoted(field.name) + ",\"type\":" + typeOf<Member>() + "}");
    };
    std::apply([&](const auto&... fields) { (add(fields), ...); }, Description<T>::fields);
    structs_.emplace_back(Description<T>::name, list);
  }

  template <class T>
  void addUnion() {
    if (!first(UnionName<T>::name)) return;
    std::string list;
    const auto add = [&]<class Member>(std::type_identity<Member>) {
      addStruct<Member>();
      messages_.insert(std::string(Description<Member>::name));
      append(list, quoted(Description<Member>::name));
    };
    [&]<class... Members>(std::type_identity<std::variant<Members...>>) {
      (add(std::type_identity<Members>{}), ...);
    }(std::type_identity<T>{});
    unions_.emplace_back(UnionName<T>::name, list);
  }

  Named enums_;
  Named structs_;
  Named unions_;
  std::set<std::string> seen_;
  std::set<std::string, std::less<>> messages_;
};

}  // namespace

std::string schema() {
  Collector collector;
  collector.typeOf<Family>();
  collector.typeOf<core::Command>();
  collector.typeOf<core::Input>();
  collector.typeOf<core::Action>();
  collector.typeOf<core::Output>();
  collector.typeOf<engine::EventRecord>();
  collector.typeOf<core::CoreOptions>();
  collector.typeOf<core::CoreSnapshot>();
  collector.typeOf<engine::EngineOptions>();
  collector.typeOf<engine::EngineSnapshot>();
  collector.typeOf<engine::KernelListing>();
  collector.typeOf<engine::CleanupRequest>();
  collector.typeOf<engine::CleanupReport>();
  collector.typeOf<engine::OverheardFrame>();
  return collector.text();
}

}  // namespace failoverd::addon
