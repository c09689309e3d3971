#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/events.h"
#include "core/inputs.h"

// Everything that the core may ask for. Actions are for the hands of the engine, events for
// TypeScript. None owns memory: bytes and labels point into the core and are good until its next
// call.
namespace failoverd::core {

// One advert to one destination. An empty `source` lets the kernel choose (never for VRRP v3
// over IPv4, whose checksum covers it).
struct SendAdvert {
  InstanceId instance;
  IfIndex ifIndex;  // 0: by the routing table (unicast without an interface)
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 255;
  Priority priority;
  // true: `bytes` is a whole IPv4 packet, signed with its IP header (AH).
  bool withIpHeader = false;
  ByteView bytes;
};

// Receive for this instance from now on, in place of what it listened to before.
struct Listen {
  InstanceId instance;
  Vrid vrid;
  IfIndex ifIndex;  // 0: any (unicast without an interface)
  Family family = Family::ipv4;
  // A multicast group to join, or the unicast source address to bind.
  IpAddress address;
  bool unicast = false;
  bool ah = false;  // for adverts behind an AH header, and for no others
};
struct Unlisten {
  InstanceId instance;
};

// The answer comes as AddressResult with the same request number.
struct AddAddress {
  std::uint32_t request = 0;
  InstanceId instance;
  IfIndex ifIndex;
  const AddressConfig* address = nullptr;
};
struct RemoveAddress {
  std::uint32_t request = 0;
  InstanceId instance;
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 32;
};

// The kernel is to get (`add`) or to lose a route, a rule or a static address. The answer comes
// as AddressResult with the same request number.
struct RequestObject {
  std::uint32_t request = 0;
  InstanceId instance;  // kNoInstance: static
  ObjectKey key;
  bool add = true;
  ByteView bytes;  // a whole rtnetlink request
};

// One gratuitous ARP (IPv4) or unsolicited neighbour advertisement (IPv6).
struct Announce {
  InstanceId instance;
  IfIndex ifIndex;
  IpAddress address;
  MacAddress mac;
  bool operator==(const Announce&) const = default;
};

using Action =
    std::variant<SendAdvert, Listen, Unlisten, AddAddress, RemoveAddress, RequestObject, Announce>;

using Output =
    std::variant<SendAdvert, Listen, Unlisten, AddAddress, RemoveAddress, RequestObject, Announce,
                 StateChanged, GroupStateChanged, PriorityChanged, MasterChanged,
                 LowerPriorityReceived, GateClosed, GateOpened, DrainEnded, AdvertRejected,
                 AdvertOdd, AddressFailed, AddressForeign, AddressRestored, ObjectFailed,
                 ObjectRestored, InstanceApplied, InstanceRemoved, LateDeadline, Stopped>;

}  // namespace failoverd::core
