#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ip.h"
#include "base/result.h"
#include "wire/fields.h"

// The IPv4 header, as a raw socket hands it over and as AH has to know it (RFC 791 §3.1).
namespace failoverd::wire {

inline constexpr std::size_t kIpv4HeaderSize = 20;  // without options

struct Ipv4Packet {
  std::uint8_t tos = 0;
  std::uint16_t identification = 0;
  std::uint8_t ttl = 255;
  std::uint8_t protocol = 0;
  IpAddress source;
  IpAddress destination;
  // The header with its options, and what follows it up to the total length: Ethernet
  // padding is left out. Views into the packet.
  Bytes header;
  Bytes payload;

  // An AH header stands before the VRRP packet (RFC 2338 §5.3.6.3).
  [[nodiscard]] bool hasAh() const;
};

enum class Ipv4Error : std::uint8_t {
  truncated,     // shorter than its own header
  version,       // not IPv4
  headerLength,  // shorter than 20 octets
  totalLength,   // shorter than the header, or longer than what arrived
  fragment,      // adverts are never fragmented; the kernel reassembles before raw sockets
};

// The header checksum is not judged: the kernel did, before the raw socket.
Result<Ipv4Packet, Ipv4Error> parseIpv4(Bytes bytes);

// A header without options.
struct Ipv4Header {
  std::uint8_t tos = 0xc0;  // Internetwork Control, as VRRP routers send
  std::uint16_t identification = 0;
  std::uint8_t ttl = 255;
  std::uint8_t protocol = 0;
  IpAddress source;
  IpAddress destination;
  std::size_t payloadSize = 0;  // CHECKed to fit the 16-bit total length
};

// Writes the header with its checksum; returns kIpv4HeaderSize.
std::size_t emitIpv4Header(const Ipv4Header& header, MutableBytes out);

}  // namespace failoverd::wire
