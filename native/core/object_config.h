#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "core/short_name.h"

// What the kernel is to hold besides virtual addresses. The core does not know what a route is
// made of: TypeScript has lowered it to requests that only lack the numbers of its interfaces
// (docs/adr/0007), and the core decides when they are made.
namespace failoverd::core {

// A filter discards the frames that an interface gets for its own MAC address.
enum class ObjectKind : std::uint8_t { address, route, rule, filter };

// What a notification of the object's end tells of it, enough to know it again.
struct ObjectKey {
  ObjectKind kind = ObjectKind::route;
  Family family = Family::ipv4;
  // Of a rule: its destination selector, all zeros where it has none.
  IpAddress destination;
  std::uint8_t prefixLength = 0;
  // Of a filter: the number of its interface, where the kernel tells of it; 0 in a configuration.
  std::uint32_t table = 0;
  // Metric of a route, preference of a rule or a filter; 0 for an address. The end of all filters
  // of an interface has 0 as well.
  std::uint32_t priority = 0;
  bool operator==(const ObjectKey&) const = default;
};

// Where the number of an interface belongs in the two requests; 0: nowhere in that one.
struct ObjectDevice {
  InterfaceName interfaceName;
  std::uint32_t addOffset = 0;
  std::uint32_t removeOffset = 0;
  bool operator==(const ObjectDevice&) const = default;
};

struct ObjectConfig {
  ObjectKey key;
  // Whole rtnetlink requests; their sequence numbers are filled in when they are sent.
  std::vector<std::uint8_t> add;
  std::vector<std::uint8_t> remove;
  std::vector<ObjectDevice> devices;
  // false: when somebody else removes it, it is not put back (no_track).
  bool track = true;
  bool operator==(const ObjectConfig&) const = default;
};

}  // namespace failoverd::core
