#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/describe_traits.h"

// Turns foreign values (JavaScript, JSON) into messages, and says where and why one is refused.
//
// A Source is a cheap handle on one foreign value:
//
//   bool absent()                                   undefined, null or missing
//   std::optional<bool> boolean()
//   std::optional<double> number()
//   bool text(std::string& out)                     false: not a string
//   bool shortText(std::array<char, 64>&, std::string_view& out)   false: not one, or longer
//   bool bytes(Storage&, ByteView& out)             false: not bytes
//   std::optional<std::uint32_t> length()           nothing: not an array
//   bool isObject()
//   Source element(std::uint32_t)
//   template <class Owner> Source members()         a handle on the fields of an Owner ...
//   Source member(std::size_t index, std::string_view name)     ... and one of them
//   Source kind()                                   the property that tells variants apart
namespace failoverd::core {

// Keeps what a decoded message only points to; must outlive it.
struct Storage {
  std::deque<std::vector<std::uint8_t>> bytes;
  std::deque<AddressConfig> addresses;
};

template <class Source>
class Decoder {
 public:
  explicit Decoder(Storage& storage) : storage_(storage) {}

  // Reads `from` into `to`; false: refused, and path() and reason() say why.
  template <class T>
  bool read(const Source& from, T& to) {
    if constexpr (isOptional<T>) {
      if (from.absent()) return to.reset(), true;
      return read(from, to.emplace());
    } else if constexpr (isVector<T>) {
      return readVector(from, to);
    } else if constexpr (isBorrowed<T>) {
      auto& kept = storage_.addresses.emplace_back();
      to = &kept;
      return read(from, kept);
    } else if constexpr (isVariant<T>) {
      return readVariant(from, to);
    } else if constexpr (DescribedEnum<T>) {
      return readEnum(from, to);
    } else if constexpr (DescribedStruct<T>) {
      return readStruct(from, to);
    } else {
      return readScalar(from, to);
    }
  }

  // `config.addresses[2].prefixLength`; empty for the value itself.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  bool refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }
  // While a refusal travels up, every level puts its name before the path.
  bool within(std::string_view step) {
    const bool joined = path_.empty() || path_.front() == '[';
    path_ = std::string(step) + (joined ? "" : ".") + path_;
    return false;
  }

  template <class T>
  bool readStruct(const Source& from, T& to) {
    if (!from.isObject()) return refuse(from.absent() ? "is missing" : "is not an object");
    const Source members = from.template members<T>();
    std::size_t index = 0;
    const auto one = [&]<class Owner, class Member>(const Field<Owner, Member>& field) {
      const Source value = members.member(index++, field.name);
      return read(value, to.*(field.member)) || within(field.name);
    };
    return std::apply([&](const auto&... fields) { return (one(fields) && ...); },
                      Description<T>::fields);
  }

  template <class T>
  bool readVector(const Source& from, T& to) {
    const auto length = from.length();
    if (!length) return refuse(from.absent() ? "is missing" : "is not an array");
    to.clear();
    to.reserve(*length);
    for (std::uint32_t i = 0; i < *length; ++i) {
      if (!read(from.element(i), to.emplace_back())) {
        return within(std::string("[").append(std::to_string(i)).append("]"));
      }
    }
    return true;
  }

  template <class... Members>
  bool readVariant(const Source& from, std::variant<Members...>& to) {
    if (!from.isObject()) return refuse(from.absent() ? "is missing" : "is not an object");
    std::array<char, 64> buffer;
    std::string_view word;
    if (!from.kind().shortText(buffer, word)) {
      refuse("is not a string");
      return within("kind");
    }
    bool known = false;
    bool good = false;
    const auto attempt = [&]<class Member>(std::type_identity<Member>) {
      if (Description<Member>::name != word) return false;
      known = true;
      good = read(from, to.template emplace<Member>());
      return true;
    };
    (attempt(std::type_identity<Members>{}) || ...);
    if (known) return good;
    refuse(notA(word, UnionName<std::variant<Members...>>::name));
    return within("kind");
  }

  template <class T>
  bool readEnum(const Source& from, T& to) {
    std::array<char, 64> buffer;
    std::string_view word;
    if (!from.shortText(buffer, word)) {
      return refuse(from.absent() ? "is missing" : "is not a string");
    }
    for (std::size_t i = 0; i < EnumNames<T>::names.size(); ++i) {
      if (EnumNames<T>::names[i] == word) return to = static_cast<T>(i), true;
    }
    return refuse(notA(word, EnumNames<T>::name));
  }

  template <class T>
  bool readScalar(const Source& from, T& to) {
    if constexpr (std::is_same_v<T, bool>) {
      const auto value = from.boolean();
      if (!value) return refuse(from.absent() ? "is missing" : "is not a boolean");
      return to = *value, true;
    } else if constexpr (std::is_same_v<T, std::string>) {
      return from.text(to) || refuse(from.absent() ? "is missing" : "is not a string");
    } else if constexpr (std::is_same_v<T, ByteView>) {
      return from.bytes(storage_, to) || refuse("is not bytes");
    } else if constexpr (byteArraySize<T> != 0) {
      return readByteArray(from, to);
    } else if constexpr (std::is_same_v<T, IpAddress> || std::is_same_v<T, MacAddress> ||
                         isShortName<T>) {
      return readParsed(from, to);
    } else {
      return readNumber(from, to);
    }
  }

  template <class T>
  bool readByteArray(const Source& from, T& to) {
    ByteView view;
    if (!from.bytes(storage_, view)) return refuse("is not bytes");
    if (view.size() != to.size()) {
      return refuse("has " + std::to_string(view.size()) + " bytes, not " +
                    std::to_string(to.size()));
    }
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = view[i];
    return true;
  }

  template <class T>
  bool readParsed(const Source& from, T& to) {
    std::array<char, 64> buffer;
    std::string_view word;
    if (!from.shortText(buffer, word)) {
      return refuse(from.absent() ? "is missing" : "is not a short string");
    }
    std::optional<T> parsed;
    std::string_view what;
    if constexpr (std::is_same_v<T, IpAddress>) {
      parsed = IpAddress::parse(word);
      what = "IP address";
    } else if constexpr (std::is_same_v<T, MacAddress>) {
      parsed = MacAddress::parse(word);
      what = "hardware address";
    } else {
      parsed = T::from(word);
      what = std::is_same_v<T, InterfaceName>  ? "interface name"
             : std::is_same_v<T, AddressLabel> ? "address label"
                                               : "program name";
    }
    if (!parsed) return refuse(notA(word, what));
    return to = *parsed, true;
  }

  template <class T>
  bool readNumber(const Source& from, T& to) {
    const auto value = from.number();
    if (!value) return refuse(from.absent() ? "is missing" : "is not a number");
    constexpr Range range = rangeOf<T>();
    const double number = *value;
    const bool inside = number >= static_cast<double>(range.min) &&
                        number <= static_cast<double>(range.max) && std::trunc(number) == number;
    if (!inside) return refuse(notInRange(number, range));
    if constexpr (isTime<T>) {
      to.micros = static_cast<std::int64_t>(number);
    } else if constexpr (isStrongInt<T>) {
      to.value = static_cast<typename T::rep>(number);
    } else {
      to = static_cast<T>(number);
    }
    return true;
  }

  static std::string notA(std::string_view word, std::string_view what) {
    const bool vowel = std::string_view("AEIOUaeiou").find(what.front()) != std::string_view::npos;
    std::string out("'");
    return out.append(word).append(vowel ? "' is not an " : "' is not a ").append(what);
  }

  static std::string notInRange(double number, Range range) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return std::string(text.data(), end) + " is not a whole number from " +
           std::to_string(range.min) + " to " + std::to_string(range.max);
  }

  Storage& storage_;
  std::string path_;
  std::string reason_;
};

}  // namespace failoverd::core
