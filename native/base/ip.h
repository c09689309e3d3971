#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace failoverd {

enum class Family : std::uint8_t { ipv4, ipv6 };

// An IPv4 or IPv6 address in network byte order. The comparison is the election's tie-break
// (RFC 9568 §6.4.3: "greater than", unsigned, network order); families never mix there.
class IpAddress {
 public:
  constexpr IpAddress() = default;

  static constexpr IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    IpAddress ip;
    ip.bytes_ = {a, b, c, d};
    return ip;
  }
  // Takes 4 or 16 bytes; anything else is nothing.
  static std::optional<IpAddress> fromBytes(std::span<const std::uint8_t> bytes);
  // Strict text forms only: no leading zeros in IPv4 (010.0.0.1 is refused), no zone, no prefix.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] constexpr Family family() const { return family_; }
  [[nodiscard]] constexpr bool isV4() const { return family_ == Family::ipv4; }
  [[nodiscard]] constexpr std::size_t size() const { return isV4() ? 4 : 16; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size()}; }

  [[nodiscard]] bool isUnspecified() const;
  [[nodiscard]] bool isMulticast() const;
  // fe80::/10 or 169.254/16.
  [[nodiscard]] bool isLinkLocal() const;
  // Dotted quad, or RFC 5952 text.
  [[nodiscard]] std::string toString() const;

  constexpr auto operator<=>(const IpAddress&) const = default;

 private:
  Family family_ = Family::ipv4;
  std::array<std::uint8_t, 16> bytes_{};
};

struct MacAddress {
  std::array<std::uint8_t, 6> bytes{};

  static std::optional<MacAddress> parse(std::string_view text);  // aa:bb:cc:dd:ee:ff
  [[nodiscard]] std::string toString() const;
  constexpr auto operator<=>(const MacAddress&) const = default;
};

inline constexpr MacAddress kBroadcastMac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

}  // namespace failoverd
