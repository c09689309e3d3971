#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/ip.h"

// What rtnetlink says about links and addresses, as plain values without owned memory.
namespace failoverd::os {

// Written into IFA_PROTO of every address that we add (Linux 5.18 and later; older kernels
// leave it out), so that `ip addr` shows `proto 112` and a crashed daemon's addresses can be
// told from others. The IP protocol number of VRRP; neither the kernel's own (1 to 3) nor one
// of those in rt_protos, where keepalived has 18.
inline constexpr std::uint8_t kAddressMark = 112;

// A name of up to 15 characters, as of an interface or of a kind of link.
struct ShortName {
  std::array<char, 16> text{};

  static ShortName of(std::string_view from);
  [[nodiscard]] std::string_view view() const { return text.data(); }
  bool operator==(const ShortName&) const = default;
};

struct LinkSeen {
  IfIndex ifIndex;
  ShortName name;
  bool up = false;                // IFF_UP
  bool running = false;           // IFF_RUNNING
  bool noArp = false;             // IFF_NOARP
  std::optional<MacAddress> mac;  // only where link addresses have six octets
  std::uint32_t mtu = 0;
  ShortName kind;                // "macvlan", "vlan", "bridge"...; empty for a device
  IfIndex master;                // bridge, bond or VRF that it belongs to
  IfIndex parent;                // the link under a macvlan or VLAN, when that is in this namespace
  std::optional<bool> forwards;  // IPv6 packets (sysctl forwarding); none: it has no IPv6
  bool operator==(const LinkSeen&) const = default;
};
struct LinkGone {
  IfIndex ifIndex;
  bool operator==(const LinkGone&) const = default;
};

// Whether a link forwards IPv6 packets, which no LinkSeen tells when it changes.
struct ForwardingSeen {
  IfIndex ifIndex;
  bool forwards = false;
  bool operator==(const ForwardingSeen&) const = default;
};

struct AddressSeen {
  IfIndex ifIndex;
  IpAddress address;  // our side, where there is a peer
  std::uint8_t prefixLength = 0;
  std::uint32_t flags = 0;  // IFA_F_*
  std::uint8_t scope = 0;   // RT_SCOPE_*
  bool secondary = false;   // IPv4: not the first of its subnet
  bool tentative = false;   // IPv6: duplicate address detection is under way
  bool duplicate = false;   // IPv6: and it found the address elsewhere
  std::uint8_t proto = 0;   // IFA_PROTO
  bool operator==(const AddressSeen&) const = default;

  [[nodiscard]] bool ours() const { return proto == kAddressMark; }
};
struct AddressGone {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 0;
  bool operator==(const AddressGone&) const = default;
};

// The listing that was asked for is complete and was not disturbed: what was neither named in
// it nor since does not exist.
struct ListComplete {
  bool operator==(const ListComplete&) const = default;
};
// The kernel had more to say than the buffer held. Ask for a new listing.
struct Overrun {
  bool operator==(const Overrun&) const = default;
};

using KernelFact = std::variant<LinkSeen, LinkGone, ForwardingSeen, AddressSeen, AddressGone,
                                ListComplete, Overrun>;

}  // namespace failoverd::os
