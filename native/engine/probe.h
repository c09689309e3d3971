#pragma once

#include <algorithm>
#include <array>

#include "base/ip.h"
#include "wire/arp.h"
#include "wire/ndisc.h"

// The question who has an address, in either family.
namespace failoverd::engine {

using ProbeFrame =
    std::array<std::uint8_t, std::max(wire::kGratuitousArpSize, wire::kNeighborProbeSize)>;

// Writes into `frame` and returns the part that is to be sent.
inline wire::Bytes emitProbe(const MacAddress& mac, const IpAddress& address, ProbeFrame& frame) {
  const auto size = address.isV4() ? wire::emitArpProbe(mac, address, frame)
                                   : wire::emitNeighborProbe(mac, address, frame);
  return wire::Bytes(frame).first(size);
}

}  // namespace failoverd::engine
