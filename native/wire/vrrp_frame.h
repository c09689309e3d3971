#pragma once

#include <cstdint>
#include <optional>

#include "base/ip.h"
#include "wire/ah.h"
#include "wire/fields.h"

// Finds the VRRP packet in an Ethernet frame, for people who listen to a segment. Lenient where
// parseAdvert() is strict: what is wrong with it is a finding and no reason to say nothing.
namespace failoverd::wire {

struct VrrpFrame {
  MacAddress mac;  // who sent the frame
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
  bool hasAh = false;
  std::optional<AhHeader> ah;  // none beside hasAh: the header makes no sense
  Bytes vrrp;                  // a view into the frame; without padding, empty behind a bad AH
};

// Nothing: it is no VRRP over IPv4 or IPv6, or its IP header makes no sense.
std::optional<VrrpFrame> findVrrp(Bytes frame);

}  // namespace failoverd::wire
