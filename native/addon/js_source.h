#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "addon/vocabulary.h"
#include "core/describe_decode.h"

namespace failoverd::addon {

// A JavaScript value as the decoder wants to see it (core/describe_decode.h).
class JsSource {
 public:
  JsSource(napi_env env, Vocabulary& vocabulary, napi_value value)
      : env_(env), vocabulary_(&vocabulary), value_(value) {}

  [[nodiscard]] bool absent() const {
    const auto type = typeOf();
    return type == napi_undefined || type == napi_null;
  }
  [[nodiscard]] bool isObject() const { return typeOf() == napi_object; }

  [[nodiscard]] std::optional<bool> boolean() const {
    bool value = false;
    if (napi_get_value_bool(env_, value_, &value) != napi_ok) return std::nullopt;
    return value;
  }
  [[nodiscard]] std::optional<double> number() const {
    double value = 0;
    if (napi_get_value_double(env_, value_, &value) != napi_ok) return std::nullopt;
    return value;
  }
  bool text(std::string& out) const;
  bool shortText(std::array<char, 64>& buffer, std::string_view& out) const;
  bool bytes(core::Storage& storage, core::ByteView& out) const;
  [[nodiscard]] std::optional<std::uint32_t> length() const;
  [[nodiscard]] JsSource element(std::uint32_t index) const;

  // The fields of an Owner, all taken at once.
  template <class Owner>
  [[nodiscard]] JsSource members() const {
    return call(vocabulary_->get(vocabulary_->template structOf<Owner>().reader));
  }
  [[nodiscard]] JsSource member(std::size_t index, std::string_view /*name*/) const {
    return element(static_cast<std::uint32_t>(index));
  }
  [[nodiscard]] JsSource kind() const { return call(vocabulary_->kindReader()); }

 private:
  [[nodiscard]] napi_valuetype typeOf() const {
    napi_valuetype type = napi_undefined;
    napi_typeof(env_, value_, &type);
    return type;
  }
  // What `function` makes of the value; undefined when it throws.
  [[nodiscard]] JsSource call(napi_value function) const;

  napi_env env_;
  Vocabulary* vocabulary_;
  napi_value value_;
};

}  // namespace failoverd::addon
