#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ip.h"
#include "base/result.h"
#include "wire/fields.h"

// The unsolicited Neighbor Advertisement that tells a link where a virtual IPv6 address now is
// (RFC 4861 §7.2.6): an Ethernet II frame from the address itself to all nodes.
namespace failoverd::wire {

// Ethernet 14, IPv6 40, advertisement 24, link-layer address option 8.
inline constexpr std::size_t kNeighborAdvertSize = 86;

struct NeighborAdvert {
  MacAddress mac;       // source of the frame and Target Link-Layer Address
  IpAddress address;    // IPv6: source of the packet and target
  bool router = false;  // RFC 9568 §8.2.3: set when this host forwards IPv6

  bool operator==(const NeighborAdvert&) const = default;
};

enum class NeighborAdvertError : std::uint8_t {
  truncated,
  notIpv6,
  notNeighborAdvert,  // another next header, type or code
  hopLimit,           // not 255 (RFC 4861 §7.1.2)
  length,
  checksum,
  notUnsolicited,  // not to all nodes, solicited, or without override
  noLinkLayer,     // no Target Link-Layer Address option first
};

// Judges frames of others in tests and tools; nothing on the advert path listens to NDP.
Result<NeighborAdvert, NeighborAdvertError> parseNeighborAdvert(Bytes frame);

// Ethernet 14, IPv6 40, solicitation 24.
inline constexpr std::size_t kNeighborProbeSize = 78;

// Asks who has an address without claiming one: the solicitation of duplicate address detection
// (RFC 4862 §5.4.2), whose answer goes to all nodes. CHECKs an IPv6 address and room; writes every
// octet and returns kNeighborProbeSize.
std::size_t emitNeighborProbe(const MacAddress& mac, const IpAddress& address, MutableBytes out);

// CHECKs an IPv6 address and room; writes every octet and returns kNeighborAdvertSize.
std::size_t emitNeighborAdvert(const NeighborAdvert& announcement, MutableBytes out);

}  // namespace failoverd::wire
