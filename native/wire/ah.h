#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ip.h"
#include "base/result.h"
#include "wire/auth.h"
#include "wire/fields.h"
#include "wire/ipv4.h"

// VRRPv2 behind an IP Authentication Header with HMAC-MD5-96 (RFC 2338 §5.3.6.3, RFC 2402,
// RFC 2403), over IPv4 only, as keepalived speaks it.
namespace failoverd::wire {

inline constexpr std::size_t kAhSize = 24;
inline constexpr std::size_t kAhIcvSize = 12;  // the first 96 bits of the digest
using AhIcv = std::array<std::uint8_t, kAhIcvSize>;

// After this sequence a sender may send no more until it has become MASTER anew.
inline constexpr std::uint32_t kLastAhSequence = 0xfffffffd;

struct AhHeader {
  IpAddress spi;               // the sender's IPv4 address
  std::uint32_t sequence = 0;  // a receiver takes only what is greater than the last taken
  AhIcv icv{};

  bool operator==(const AhHeader&) const = default;
};

struct AhPacket {
  AhHeader header;
  Bytes vrrp;  // what follows; a view into the packet
};

enum class AhError : std::uint8_t {
  truncated,   // the header is not whole
  nextHeader,  // something else than VRRP follows
  length,      // not the 24 octets of HMAC-MD5-96
  reserved,    // not zero
  spi,         // not the packet's source address
};

// Reads the header of an IPv4 packet with hasAh(); whether its ICV is right is verifyAh()'s.
Result<AhPacket, AhError> parseAh(const Ipv4Packet& packet);

// Is the ICV the one of this key over the whole IPv4 packet? Compares in constant time; false
// also when the digest cannot be had. CHECKs a packet that parseAh() accepted.
[[nodiscard]] bool verifyAh(const Ipv4Packet& packet, const Password& key, const Hmac& md5);

struct AhSigning {
  Password key{};
  std::uint32_t sequence = 0;
  // Signed with the rest, and so not left to the kernel: never zero (ip(7)).
  std::uint16_t identification = 1;
  std::uint8_t ttl = 255;
  IpAddress source;
  IpAddress destination;
};

inline constexpr std::size_t kAhAdvertOffset = kIpv4HeaderSize + kAhSize;

// Makes a whole IPv4 packet around the advert that emitAdvert() wrote at kAhAdvertOffset of
// `out`. Returns the size of the whole, or nothing when the digest cannot be had (then nothing
// may be sent). CHECKs that the advert lies within `out` and that both addresses are IPv4.
[[nodiscard]] std::optional<std::size_t> signAh(MutableBytes out, std::size_t pduSize,
                                                const AhSigning& signing, const Hmac& md5);

}  // namespace failoverd::wire
