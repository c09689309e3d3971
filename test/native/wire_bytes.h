#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip.h"
#include "wire/advert.h"
#include "wire/fields.h"

// Bytes as tests write them.
namespace failoverd::wire {

using ByteVector = std::vector<std::uint8_t>;

// "01 02ff": pairs of hexadecimal digits, blanks anywhere between pairs.
ByteVector hex(std::string_view text);
std::string toHex(Bytes bytes);

// CHECKs that the text is an address.
IpAddress ip(std::string_view text);
MacAddress mac(std::string_view text);

// Addresses packed as AddressList wants them.
ByteVector packed(const std::vector<std::string_view>& addresses);

// What a buffer holds before something is written into it: an octet that nobody wrote shows.
inline constexpr std::uint8_t kJunk = 0xa5;
ByteVector junk(std::size_t size);

// The VRRP packet within a captured IPv4 or IPv6 packet, and what it came in.
struct CapturedAdvert {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;
  bool ah = false;
  Bytes vrrp;
};
std::optional<CapturedAdvert> advertIn(Bytes ipPacket);

}  // namespace failoverd::wire
