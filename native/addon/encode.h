#pragma once

#include <array>
#include <cstring>

#include "addon/vocabulary.h"
#include "base/check.h"

namespace failoverd::addon {

// Makes JavaScript values of messages: numbers of strong integers and microseconds, words of enums,
// text of addresses, Uint8Array of bytes, undefined of what is not there, and objects with
// `kind` of union members.
class Encoder {
 public:
  Encoder(napi_env env, Vocabulary& vocabulary) : env_(env), vocabulary_(vocabulary) {
    napi_get_undefined(env_, &undefined_);
  }

  template <class T>
  napi_value encode(const T& value) {
    if constexpr (core::isOptional<T>) {
      return value ? encode(*value) : undefined_;
    } else if constexpr (core::isVector<T>) {
      return array(value.size(), [&](std::size_t i) { return encode(value[i]); });
    } else if constexpr (core::isBorrowed<T>) {
      return value == nullptr ? undefined_ : encode(*value);
    } else if constexpr (core::isVariant<T>) {
      return std::visit([this](const auto& member) { return encode(member); }, value);
    } else if constexpr (core::DescribedEnum<T>) {
      return vocabulary_.word(value);
    } else if constexpr (core::DescribedStruct<T>) {
      return object(value);
    } else {
      return scalar(value);
    }
  }

  // An array of `count` values; each is made in a scope of its own, so that a long one does not
  // hold a handle for every part.
  template <class Make>
  napi_value array(std::size_t count, const Make& make) {
    napi_value list = nullptr;
    CHECK(napi_create_array_with_length(env_, count, &list) == napi_ok);
    for (std::size_t i = 0; i < count; ++i) {
      napi_handle_scope scope = nullptr;
      napi_open_handle_scope(env_, &scope);
      napi_set_element(env_, list, static_cast<std::uint32_t>(i), make(i));
      napi_close_handle_scope(env_, scope);
    }
    return list;
  }

 private:
  template <class T>
  napi_value object(const T& value) {
    constexpr std::size_t count = std::tuple_size_v<decltype(core::Description<T>::fields)>;
    std::array<napi_value, count + 1> values{};
    std::size_t next = 0;
    const auto add = [&](const auto& field) {
      const auto at = next++;
      values[at] = encode(value.*(field.member));
    };
    std::apply([&](const auto&... fields) { (add(fields), ...); }, core::Description<T>::fields);
    napi_value made = nullptr;
    const auto maker = vocabulary_.get(vocabulary_.structOf<T>().maker);
    napi_call_function(env_, undefined_, maker, count, values.data(), &made);
    return made;
  }

  template <class T>
  napi_value scalar(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      napi_value made = nullptr;
      napi_get_boolean(env_, value, &made);
      return made;
    } else if constexpr (core::isTime<T>) {
      return number(value.micros);
    } else if constexpr (core::isStrongInt<T>) {
      return number(value.value);
    } else if constexpr (core::isInteger<T>) {
      return number(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return text(value);
    } else if constexpr (core::isShortName<T>) {
      return text(value.view());
    } else if constexpr (std::is_same_v<T, IpAddress> || std::is_same_v<T, MacAddress>) {
      return text(value.toString());
    } else {
      return bytes({value.data(), value.size()});
    }
  }

  template <class N>
  napi_value number(N value) {
    napi_value made = nullptr;
    if constexpr (sizeof(N) == 8) {
      napi_create_double(env_, static_cast<double>(value), &made);
    } else if constexpr (std::is_signed_v<N>) {
      napi_create_int32(env_, value, &made);
    } else {
      napi_create_uint32(env_, value, &made);
    }
    return made;
  }

  napi_value text(std::string_view value) {
    napi_value made = nullptr;
    napi_create_string_utf8(env_, value.data(), value.size(), &made);
    return made;
  }

  napi_value bytes(core::ByteView value) {
    void* data = nullptr;
    napi_value buffer = nullptr;
    napi_value made = nullptr;
    CHECK(napi_create_arraybuffer(env_, value.size(), &data, &buffer) == napi_ok);
    if (!value.empty()) std::memcpy(data, value.data(), value.size());
    napi_create_typedarray(env_, napi_uint8_array, value.size(), buffer, 0, &made);
    return made;
  }

  napi_env env_;
  Vocabulary& vocabulary_;
  napi_value undefined_ = nullptr;
};

}  // namespace failoverd::addon
