#pragma once

#include <cstdint>

#include "base/ip.h"
#include "wire/fields.h"

// The Internet checksum (RFC 1071) and the pseudo-headers that VRRP puts before it.
namespace failoverd::wire {

// IP protocol numbers that this room writes into packets and pseudo-headers.
inline constexpr std::uint8_t kProtocolAh = 51;
inline constexpr std::uint8_t kProtocolIcmpv6 = 58;
inline constexpr std::uint8_t kProtocolVrrp = 112;

// The one's complement sum of everything added, in order. Parts may have odd lengths: what
// follows goes on in the middle of the 16-bit word, as if the parts were one piece.
class ChecksumSum {
 public:
  void add(Bytes bytes);
  void addU16(std::uint16_t value);
  void addU32(std::uint32_t value);

  // The value for the checksum field, when that field was zero while it was added. Zero when
  // a packet was added together with its right checksum.
  [[nodiscard]] std::uint16_t finish() const;

 private:
  void addByte(std::uint8_t byte);

  std::uint64_t sum_ = 0;
  bool odd_ = false;
};

// RFC 1071 over the bytes alone: VRRPv2 (RFC 3768 §5.3.8), the IPv4 header, and VRRPv3 over
// IPv4 where `v3_checksum_as_v2` (keepalived.conf(5)) leaves the pseudo-header out.
std::uint16_t plainChecksum(Bytes bytes);

// The same behind a pseudo-header: RFC 8200 §8.1 for IPv6, and for IPv4 the one that
// RFC 9568 §5.2.8 takes from RFC 793. Both addresses are of one family (CHECKed).
std::uint16_t pseudoHeaderChecksum(const IpAddress& source, const IpAddress& destination,
                                   std::uint8_t protocol, Bytes bytes);

}  // namespace failoverd::wire
