#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/describe_decode.h"
#include "core/json_value.h"

namespace failoverd::core {

// A JSON value as the decoder wants to see it.
class JsonSource {
 public:
  explicit JsonSource(const JsonValue* value) : value_(value) {}

  [[nodiscard]] bool absent() const { return value_ == nullptr || is(JsonValue::Type::null); }
  [[nodiscard]] bool isObject() const { return is(JsonValue::Type::object); }
  [[nodiscard]] std::optional<bool> boolean() const {
    if (!is(JsonValue::Type::boolean)) return std::nullopt;
    return value_->boolean;
  }
  [[nodiscard]] std::optional<double> number() const {
    if (!is(JsonValue::Type::number)) return std::nullopt;
    return value_->number;
  }
  bool text(std::string& out) const {
    if (!is(JsonValue::Type::string)) return false;
    out = value_->text;
    return true;
  }
  bool shortText(std::array<char, 64>& buffer, std::string_view& out) const {
    if (!is(JsonValue::Type::string) || value_->text.size() > buffer.size()) return false;
    out = value_->text;
    return true;
  }
  bool bytes(Storage& storage, ByteView& out) const {
    if (!is(JsonValue::Type::string) || value_->text.size() % 2 != 0) return false;
    auto& kept = storage.bytes.emplace_back();
    for (std::size_t i = 0; i < value_->text.size(); i += 2) {
      const int high = digit(value_->text[i]);
      const int low = digit(value_->text[i + 1]);
      if (high < 0 || low < 0) return false;
      kept.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    out = kept;
    return true;
  }
  [[nodiscard]] std::optional<std::uint32_t> length() const {
    if (!is(JsonValue::Type::array)) return std::nullopt;
    return static_cast<std::uint32_t>(value_->items.size());
  }
  [[nodiscard]] JsonSource element(std::uint32_t index) const {
    return JsonSource(&value_->items[index]);
  }
  template <class Owner>
  [[nodiscard]] JsonSource members() const {
    return *this;
  }
  [[nodiscard]] JsonSource member(std::size_t /*index*/, std::string_view name) const {
    return JsonSource(value_->find(name));
  }
  [[nodiscard]] JsonSource kind() const { return JsonSource(value_->find("kind")); }

 private:
  [[nodiscard]] bool is(JsonValue::Type type) const {
    return value_ != nullptr && value_->type == type;
  }
  static int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  }

  const JsonValue* value_;
};

// Reads what toJson wrote. What `to` points to lives in `storage`. Returns the complaint, or
// nothing when all is well.
template <class T>
std::optional<std::string> fromJson(std::string_view line, T& to, Storage& storage) {
  const auto value = parseJson(line);
  if (!value) return "is not JSON";
  Decoder<JsonSource> decoder(storage);
  if (decoder.read(JsonSource(&*value), to)) return std::nullopt;
  return decoder.path() + " " + decoder.reason();
}

}  // namespace failoverd::core
