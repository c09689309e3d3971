#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/describe.h"
#include "core/short_name.h"

// What kind of thing a described type is. Every codec (Node-API, JSON, binary) is one function
// that asks these questions in turn; none of them knows a message by name.
namespace failoverd::core {

template <class T>
concept DescribedStruct = requires { Description<T>::fields; };

template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires { EnumNames<T>::names; };

template <class T>
inline constexpr bool isStrongInt = false;
template <class Tag, class Rep>
inline constexpr bool isStrongInt<StrongInt<Tag, Rep>> = true;

template <class T>
inline constexpr bool isShortName = false;
template <class Of>
inline constexpr bool isShortName<ShortName<Of>> = true;

template <class T>
inline constexpr bool isOptional = false;
template <class T>
inline constexpr bool isOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool isVector = false;
template <class T>
inline constexpr bool isVector<std::vector<T>> = true;

template <class T>
inline constexpr bool isVariant = false;
template <class... Ts>
inline constexpr bool isVariant<std::variant<Ts...>> = true;

template <class T, class V>
inline constexpr bool isMemberOf = false;
template <class T, class... Ts>
inline constexpr bool isMemberOf<T, std::variant<Ts...>> = (std::is_same_v<T, Ts> || ...);

template <class T>
inline constexpr bool isTime = std::is_same_v<T, Duration> || std::is_same_v<T, Instant>;

template <class T>
inline constexpr bool isInteger = std::is_integral_v<T> && !std::is_same_v<T, bool>;

// The word for a strong integer in TypeScript.
template <class T>
constexpr std::string_view strongName() {
  if constexpr (std::is_same_v<T, Vrid>) return "Vrid";
  if constexpr (std::is_same_v<T, Priority>) return "Priority";
  if constexpr (std::is_same_v<T, IfIndex>) return "IfIndex";
  if constexpr (std::is_same_v<T, InstanceId>) return "InstanceId";
  if constexpr (std::is_same_v<T, GroupId>) return "GroupId";
  if constexpr (std::is_same_v<T, TrackerId>) return "TrackerId";
  if constexpr (std::is_same_v<T, Revision>) return "Revision";
}

// Fixed-size bytes (a password) and borrowed bytes (a packet).
template <class T>
inline constexpr std::size_t byteArraySize = 0;
template <std::size_t N>
inline constexpr std::size_t byteArraySize<std::array<std::uint8_t, N>> = N;

using ByteView = std::span<const std::uint8_t>;

// A pointer to a described struct that somebody else keeps alive (AddAddress::address).
template <class T>
inline constexpr bool isBorrowed =
    std::is_pointer_v<T> && DescribedStruct<std::remove_cv_t<std::remove_pointer_t<T>>>;

// The word for a variant in TypeScript; specialised beside its members.
template <class V>
struct UnionName;

// 2^53 - 1: beyond it a number in JavaScript is no longer exact.
inline constexpr std::int64_t kMaxSafeInteger = 9007199254740991;

struct Range {
  std::int64_t min;
  std::int64_t max;
};

// The values that T may have when it crosses from outside.
template <class T>
constexpr Range rangeOf() {
  if constexpr (std::is_same_v<T, Vrid>) {
    return {1, 255};  // RFC 9568 §5.2.3
  } else if constexpr (isStrongInt<T>) {
    return rangeOf<typename T::rep>();
  } else if constexpr (isTime<T> || sizeof(T) == 8) {
    return {std::is_unsigned_v<T> ? 0 : -kMaxSafeInteger, kMaxSafeInteger};
  } else {
    return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
  }
}

}  // namespace failoverd::core
