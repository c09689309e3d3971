#include "core/json_value.h"

#include <charconv>

namespace failoverd::core {

namespace {

constexpr int kMaxDepth = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  bool whole(JsonValue& out) {
    if (!value(out, 0)) return false;
    blanks();
    return rest_.empty();
  }

 private:
  void blanks() {
    const auto start = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(start == std::string_view::npos ? rest_.size() : start);
  }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool next(char c) {
    blanks();
    return take({&c, 1});
  }

  bool value(JsonValue& out, int depth) {
    if (depth > kMaxDepth) return false;
    blanks();
    if (take("null")) return true;
    if (take("true")) {
      out.type = JsonValue::Type::boolean;
      return out.boolean = true;
    }
    if (take("false")) {
      out.type = JsonValue::Type::boolean;
      return true;
    }
    if (take("\"")) {
      out.type = JsonValue::Type::string;
      return string(out.text);
    }
    if (take("[")) return array(out, depth);
    if (take("{")) return object(out, depth);
    return number(out);
  }

  bool number(JsonValue& out) {
    out.type = JsonValue::Type::number;
    const auto [end, error] = std::from_chars(rest_.begin(), rest_.end(), out.number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
    return true;
  }

  bool array(JsonValue& out, int depth) {
    out.type = JsonValue::Type::array;
    if (next(']')) return true;
    do {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
    } while (next(','));
    return next(']');
  }

  bool object(JsonValue& out, int depth) {
    out.type = JsonValue::Type::object;
    if (next('}')) return true;
    do {
      auto& [name, member] = out.members.emplace_back();
      if (!next('"') || !string(name) || !next(':') || !value(member, depth + 1)) return false;
    } while (next(','));
    return next('}');
  }

  // After the opening quote.
  bool string(std::string& out) {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return false;
  }

  bool escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (const auto at = names.find(c); at != std::string_view::npos) {
      out += values[at];
      return true;
    }
    return c == 'u' && codePoint(out);
  }

  // Four hexadecimal digits. Our own writer escapes control characters only; a surrogate half
  // is refused.
  bool codePoint(std::string& out) {
    unsigned code = 0;
    if (rest_.size() < 4) return false;
    const auto [end, error] = std::from_chars(rest_.begin(), rest_.begin() + 4, code, 16);
    if (error != std::errc() || end != rest_.begin() + 4) return false;
    rest_.remove_prefix(4);
    if (code >= 0xd800 && code < 0xe000) return false;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else if (code < 0x800) {
      out += static_cast<char>(0xc0 | (code >> 6));
      out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
      out += static_cast<char>(0xe0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
      out += static_cast<char>(0x80 | (code & 0x3f));
    }
    return true;
  }

  std::string_view rest_;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [key, member] : members) {
    if (key == name) return &member;
  }
  return nullptr;
}

std::optional<JsonValue> parseJson(std::string_view text) {
  JsonValue value;
  if (!Parser(text).whole(value)) return std::nullopt;
  return value;
}

}  // namespace failoverd::core
