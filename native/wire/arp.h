#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ip.h"
#include "base/result.h"
#include "wire/fields.h"

// ARP as far as virtual addresses need it. The gratuitous ARP that tells a segment where a virtual
// IPv4 address now is: an Ethernet II broadcast with an ARP request that asks for the sender's own
// address (RFC 5227 §3).
namespace failoverd::wire {

// Without padding: the driver fills a frame up to the minimum.
inline constexpr std::size_t kGratuitousArpSize = 42;

struct GratuitousArp {
  MacAddress mac;     // the interface's, or the virtual one: sender of frame and request
  IpAddress address;  // IPv4: sender and target

  bool operator==(const GratuitousArp&) const = default;
};

enum class ArpError : std::uint8_t {
  truncated,
  notArp,         // another EtherType
  notEthernetV4,  // other hardware, protocol or lengths
  notRequest,     // nor a reply, where a claim is looked for
  notGratuitous,  // sender and target address differ
};

// Judges frames of others in tests and tools; nothing on the advert path listens to ARP.
Result<GratuitousArp, ArpError> parseGratuitousArp(Bytes frame);

// Somebody says that an address is theirs: in a gratuitous request, or in any reply.
struct ArpClaim {
  MacAddress mac;
  IpAddress address;
  bool reply = false;

  bool operator==(const ArpClaim&) const = default;
};

Result<ArpClaim, ArpError> parseArpClaim(Bytes frame);

// Asks who has an address without claiming one (RFC 5227 §1.1). CHECKs an IPv4 address and room;
// writes every octet and returns kGratuitousArpSize.
std::size_t emitArpProbe(const MacAddress& mac, const IpAddress& address, MutableBytes out);

// CHECKs an IPv4 address and room; writes every octet and returns kGratuitousArpSize.
std::size_t emitGratuitousArp(const GratuitousArp& announcement, MutableBytes out);

}  // namespace failoverd::wire
