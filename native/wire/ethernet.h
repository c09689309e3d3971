#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ip.h"
#include "wire/fields.h"

// The Ethernet II header before the frames of this room.
//
//   +----------------------+----------------------+-----------+
//   | destination (6)      | source (6)           | type (2)  |
//   +----------------------+----------------------+-----------+
namespace failoverd::wire {

inline constexpr std::size_t kEthernetHeaderSize = 14;
inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;

namespace ethernet_at {
inline constexpr std::size_t kDestination = 0;
inline constexpr std::size_t kSource = 6;
inline constexpr std::size_t kType = 12;
}  // namespace ethernet_at

inline MacAddress macAt(Bytes bytes, std::size_t offset) {
  MacAddress mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) mac.bytes[i] = u8At(bytes, offset + i);
  return mac;
}

inline void putEthernetHeader(MutableBytes frame, const MacAddress& destination,
                              const MacAddress& source, std::uint16_t type) {
  putBytes(frame, ethernet_at::kDestination, destination.bytes);
  putBytes(frame, ethernet_at::kSource, source.bytes);
  putU16(frame, ethernet_at::kType, type);
}

}  // namespace failoverd::wire
