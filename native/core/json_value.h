#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace failoverd::core {

// A parsed JSON text (RFC 8259), for replay and tests; no message of the daemon passes here.
struct JsonValue {
  enum class Type : unsigned char { null, boolean, number, string, array, object };

  Type type = Type::null;
  bool boolean = false;
  double number = 0;
  std::string text;
  std::vector<JsonValue> items;
  // Not a std::pair: its constructors ask about JsonValue before it is complete.
  struct Member;
  std::vector<Member> members;

  // The member of that name, or nothing.
  [[nodiscard]] const JsonValue* find(std::string_view name) const;
};

struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

// Nothing when `text` is not one whole JSON value, or is nested deeper than 32.
std::optional<JsonValue> parseJson(std::string_view text);

}  // namespace failoverd::core
