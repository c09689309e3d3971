#include "addon/js_source.h"

namespace failoverd::addon {

bool JsSource::text(std::string& out) const {
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env_, value_, nullptr, 0, &length) != napi_ok) return false;
  out.resize(length);
  napi_get_value_string_utf8(env_, value_, out.data(), length + 1, &length);
  return true;
}

bool JsSource::shortText(std::array<char, 64>& buffer, std::string_view& out) const {
  std::size_t length = 0;
  const auto status =
      napi_get_value_string_utf8(env_, value_, buffer.data(), buffer.size(), &length);
  // A string that fills the buffer may have been cut.
  if (status != napi_ok || length + 1 == buffer.size()) return false;
  out = {buffer.data(), length};
  return true;
}

bool JsSource::bytes(core::Storage& /*storage*/, core::ByteView& out) const {
  bool typed = false;
  if (napi_is_typedarray(env_, value_, &typed) != napi_ok || !typed) return false;
  napi_typedarray_type type = napi_int8_array;
  std::size_t length = 0;
  void* data = nullptr;
  const auto status =
      napi_get_typedarray_info(env_, value_, &type, &length, &data, nullptr, nullptr);
  if (status != napi_ok || type != napi_uint8_array) return false;
  out = {static_cast<const std::uint8_t*>(data), length};
  return true;
}

std::optional<std::uint32_t> JsSource::length() const {
  bool isArray = false;
  if (napi_is_array(env_, value_, &isArray) != napi_ok || !isArray) return std::nullopt;
  std::uint32_t length = 0;
  napi_get_array_length(env_, value_, &length);
  return length;
}

JsSource JsSource::element(std::uint32_t index) const {
  napi_value value = nullptr;
  if (napi_get_element(env_, value_, index, &value) != napi_ok) napi_get_undefined(env_, &value);
  return {env_, *vocabulary_, value};
}

JsSource JsSource::call(napi_value function) const {
  napi_value made = nullptr;
  napi_value undefined = nullptr;
  napi_get_undefined(env_, &undefined);
  if (napi_call_function(env_, undefined, function, 1, &value_, &made) != napi_ok) made = undefined;
  return {env_, *vocabulary_, made};
}

}  // namespace failoverd::addon
