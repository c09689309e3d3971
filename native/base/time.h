#pragma once

#include <compare>
#include <cstdint>
#include <limits>

// Instants and durations in integer microseconds. The clock behind an Instant is
// CLOCK_BOOTTIME, so that a suspended or paused machine is seen to have been away; nothing
// below native/engine ever reads it: time is an argument.
namespace failoverd {

struct Duration {
  std::int64_t micros = 0;

  constexpr auto operator<=>(const Duration&) const = default;
  static constexpr Duration zero() { return {0}; }
  static constexpr Duration ofMicros(std::int64_t n) { return {n}; }
  static constexpr Duration ofMillis(std::int64_t n) { return {n * 1'000}; }
  static constexpr Duration ofCentis(std::int64_t n) { return {n * 10'000}; }
  static constexpr Duration ofSeconds(std::int64_t n) { return {n * 1'000'000}; }
};

constexpr Duration operator+(Duration a, Duration b) {
  return {a.micros + b.micros};
}
constexpr Duration operator-(Duration a, Duration b) {
  return {a.micros - b.micros};
}
constexpr Duration operator*(Duration a, std::int64_t n) {
  return {a.micros * n};
}
constexpr Duration operator/(Duration a, std::int64_t n) {
  return {a.micros / n};
}

struct Instant {
  std::int64_t micros = 0;

  constexpr auto operator<=>(const Instant&) const = default;
  static constexpr Instant ofMicros(std::int64_t n) { return {n}; }
  // Later than every deadline; "no deadline" in comparisons.
  static constexpr Instant never() { return {std::numeric_limits<std::int64_t>::max()}; }
};

constexpr Instant operator+(Instant a, Duration b) {
  return {a.micros + b.micros};
}
constexpr Instant operator-(Instant a, Duration b) {
  return {a.micros - b.micros};
}
constexpr Duration operator-(Instant a, Instant b) {
  return {a.micros - b.micros};
}

}  // namespace failoverd
