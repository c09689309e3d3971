#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ip.h"
#include "wire/fields.h"

// Questions to another host whose only point is whether it answers: ICMP echo (RFC 792, RFC 4443
// §4.1) and the neighbour solicitation (RFC 4861 §4.3); for IPv4 there is the probe of arp.h.
// Answers come from strangers and are judged here.
namespace failoverd::wire {

inline constexpr std::size_t kEchoSize = 16;
inline constexpr std::size_t kNeighborSolicitSize = 32;

struct EchoId {
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
};

// CHECK room, write every octet and return the size. The checksum of ICMPv6 is left to the
// kernel, which knows the source address (RFC 3542 §3.1).
std::size_t emitEchoRequest(Family family, EchoId id, MutableBytes out);
std::size_t emitNeighborSolicit(const MacAddress& sender, const IpAddress& target,
                                MutableBytes out);

// What stands behind the IP header; nothing when it is no echo reply.
std::optional<EchoId> parseEchoReply(Family family, Bytes icmp);
// What stands behind the IPv6 header, whose hop limit was 255.
bool isNeighborAdvertOf(const IpAddress& target, Bytes icmp);

// ff02::1:ffXX:XXXX (RFC 4291 §2.7.1).
IpAddress solicitedNode(const IpAddress& target);

}  // namespace failoverd::wire
