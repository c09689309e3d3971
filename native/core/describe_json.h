#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "core/describe_traits.h"

// Messages as JSON on one line: the recorder's, replay's and the tests' way to write them. The
// same shapes as in JavaScript, with bytes as hexadecimal text and absent fields left out.
namespace failoverd::core {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  template <class T>
  void write(const T& value) {
    if constexpr (isOptional<T>) {
      if (value) {
        write(*value);
      } else {
        out_ += "null";
      }
    } else if constexpr (isVector<T>) {
      writeVector(value);
    } else if constexpr (isBorrowed<T>) {
      write(*value);
    } else if constexpr (isVariant<T>) {
      std::visit([this](const auto& member) { this->writeMember(member); }, value);
    } else if constexpr (DescribedEnum<T>) {
      quoted(EnumNames<T>::names[static_cast<std::size_t>(value)]);
    } else if constexpr (DescribedStruct<T>) {
      out_ += '{';
      writeFields(value, true);
    } else {
      writeScalar(value);
    }
  }

 private:
  template <class T>
  static bool leftOut(const T& value) {
    if constexpr (isOptional<T>) return !value.has_value();
    return false;
  }

  template <class T>
  void writeMember(const T& value) {
    out_ += "{\"kind\":";
    quoted(Description<T>::name);
    writeFields(value, false);
  }

  template <class T>
  void writeFields(const T& value, bool first) {
    const auto one = [&](const auto& field) {
      const auto& member = value.*(field.member);
      if (leftOut(member)) return;
      if (!first) out_ += ',';
      first = false;
      quoted(field.name);
      out_ += ':';
      write(member);
    };
    std::apply([&](const auto&... fields) { (one(fields), ...); }, Description<T>::fields);
    out_ += '}';
  }

  template <class T>
  void writeVector(const std::vector<T>& values) {
    out_ += '[';
    bool first = true;
    for (const auto& value : values) {
      if (!first) out_ += ',';
      first = false;
      write(value);
    }
    out_ += ']';
  }

  template <class T>
  void writeScalar(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      out_ += value ? "true" : "false";
    } else if constexpr (isTime<T>) {
      number(value.micros);
    } else if constexpr (isStrongInt<T>) {
      number(value.value);
    } else if constexpr (isInteger<T>) {
      number(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
      quoted(value);
    } else if constexpr (isShortName<T>) {
      quoted(value.view());
    } else if constexpr (std::is_same_v<T, IpAddress> || std::is_same_v<T, MacAddress>) {
      quoted(value.toString());
    } else {
      hex({value.data(), value.size()});
    }
  }

  template <class N>
  void number(N value) {
    std::array<char, 24> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out_.append(text.data(), end);
  }

  void hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    out_ += '"';
    for (const auto byte : bytes) {
      out_ += digits[byte >> 4];
      out_ += digits[byte & 15];
    }
    out_ += '"';
  }

  void quoted(std::string_view text) {
    out_ += '"';
    for (const char c : text) character(c);
    out_ += '"';
  }
  void character(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out_ += "\\u00";
      out_ += digits[static_cast<std::size_t>(c) >> 4];
      out_ += digits[static_cast<std::size_t>(c) & 15];
    } else {
      out_ += c;
    }
  }

  std::string& out_;
};

// One message, without a line end.
template <class T>
std::string toJson(const T& value) {
  std::string out;
  JsonWriter(out).write(value);
  return out;
}

}  // namespace failoverd::core
