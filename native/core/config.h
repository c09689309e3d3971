#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/object_config.h"
#include "core/short_name.h"

// What should run, as TypeScript wants it: whole desired values, never changed in place.
// The compiler in src/config has applied every default and every rule that needs only the
// file; what depends on the kernel or on other routers is decided here in the core.
namespace failoverd::core {

enum class VrrpVersion : std::uint8_t { v2, v3 };

// RFC 2338 §10 kinds that keepalived still speaks, and its HMAC trailer.
enum class AuthKind : std::uint8_t { none, pass, ah, hmac };

// Which unsigned or unsignable adverts are tolerated (keepalived.conf(5), auth_hmac mode).
enum class HmacMode : std::uint8_t {
  enforce,      // all are signed, and unsigned ones are refused
  permissive,   // ours are signed, unsigned ones are accepted
  receiveOnly,  // ours are not signed, unsigned ones are accepted
};
// What makes a sequence old: `time` also the clock, `monotonic` only one that was higher.
enum class AntiReplay : std::uint8_t { time, monotonic };

// Unicast adverts of VRRPv3 over IPv4 as keepalived before 1.3.6 computed their checksum: as if
// they went to the multicast group (old_unicast_checksum).
enum class OldUnicastChecksum : std::uint8_t {
  never,
  whenHeard,  // accepted, and used from then on
  always,     // used; either form is accepted
};

struct HmacKey {
  std::uint8_t id = 1;     // 1..255
  std::uint8_t size = 32;  // 32..64: how many of these are the key
  std::array<std::uint8_t, 64> secret{};
};

struct AuthConfig {
  AuthKind kind = AuthKind::none;
  // The eight bytes of auth_pass, zero padded (pass, and the key of ah).
  std::array<std::uint8_t, 8> password{};
  // The rest is hmac's.
  std::uint8_t activeKey = 0;  // the id of the key to sign with; it is among `keys`
  HmacMode mode = HmacMode::enforce;
  AntiReplay antiReplay = AntiReplay::time;
  Duration timeWindow = Duration::ofSeconds(5);
  std::vector<HmacKey> keys;
};

// A virtual address and everything iproute2 would say of it (ip-address(8)).
struct AddressConfig {
  IpAddress address;
  std::uint8_t prefixLength = 32;
  // Empty: the instance's own interface.
  InterfaceName interfaceName;
  // false: installed with the others, absent from adverts (virtual_ipaddress_excluded).
  bool advertised = true;
  std::uint8_t scope = 0;
  AddressLabel label;
  std::optional<IpAddress> broadcast;
  std::optional<IpAddress> peer;
  // IFA_FLAGS bits, IFA_F_NODAD and its like, as linux/if_addr.h numbers them.
  std::uint32_t flags = 0;
  // Seconds; 0xffffffff = forever.
  std::uint32_t preferredLifetime = 0xffffffff;
  // false: when somebody else removes it, it is not put back (no_track).
  bool track = true;
  // Announced again every AnnounceConfig::extraInterval, since adverts leave elsewhere.
  bool announceExtra = false;
};

// How one instance or group uses a tracker. weight 0: a failure is a FAULT.
struct TrackerUse {
  TrackerId tracker;
  std::int32_t weight = 0;
  bool reverse = false;
};

// The same for an interface, which the core watches by itself.
struct InterfaceUse {
  InterfaceName interfaceName;
  std::int32_t weight = 0;
  bool reverse = false;
};

struct UnicastPeer {
  IpAddress address;
  std::uint8_t minTtl = 0;
  std::uint8_t maxTtl = 255;
};

// Gratuitous ARP and unsolicited NA timing (keepalived.conf(5), garp_*).
struct AnnounceConfig {
  std::uint32_t repeat = 5;
  Duration delay = Duration::ofSeconds(5);  // zero = no second burst
  Duration refresh;                         // zero = off
  std::uint32_t refreshRepeat = 1;
  std::uint32_t lowerPriorityRepeat = 5;
  Duration lowerPriorityDelay = Duration::ofSeconds(5);
  Duration extraInterval;  // garp_extra_if; zero = off
};

// One virtual router on one interface, but for what it has the kernel hold.
struct InstanceSettings {
  InstanceId id;
  std::string name;  // for traces only; nothing is decided by it
  Revision revision;

  Family family = Family::ipv4;
  VrrpVersion version = VrrpVersion::v2;
  Vrid vrid{1};
  InterfaceName interfaceName;  // empty: unicast without an interface
  // The macvlan over it that carries the virtual MAC address (use_vmac); empty: none.
  InterfaceName vmacName;
  // Adverts leave and arrive on the parent all the same (vmac_xmit_base).
  bool transmitOnBase = false;
  Priority basePriority{100};  // 255 = address owner
  bool wantMaster = false;     // `state MASTER`
  Duration advertInterval = Duration::ofSeconds(1);
  std::uint8_t downTimerAdverts = 3;

  std::optional<IpAddress> sourceAddress;  // else the interface's primary address
  bool trackSource = false;
  IpAddress multicastGroup;  // used when there is no unicast peer
  std::vector<UnicastPeer> unicastPeers;
  bool unicast = false;
  std::uint8_t unicastTtl = 255;
  bool checkUnicastSource = false;

  bool preempt = true;
  Duration preemptDelay;
  bool lowerPriorityNoAdvert = false;
  bool higherPrioritySendAdvert = false;
  bool ownerIgnoreAdverts = false;
  bool skipCheckAdvertAddresses = false;
  bool v3ChecksumAsV2 = false;
  OldUnicastChecksum oldUnicastChecksum = OldUnicastChecksum::never;
  bool strict = false;
  // Triggered adverts and quick preemption (docs/adr); off in strict mode.
  bool quick = true;
  bool trackPrimary = true;
  // notify_gate: as MASTER the addresses wait for OpenGate, but no longer than this. Zero: no gate.
  Duration gate;
  // A failed tracker means priority 1 instead of FAULT (docs/adr). Not in a sync group.
  bool neverNobody = false;

  AuthConfig auth;
  AnnounceConfig announce;
  std::vector<TrackerUse> trackers;
  std::vector<InterfaceUse> interfaces;
};

struct InstanceConfig : InstanceSettings {
  std::vector<AddressConfig> addresses;
  // Routes, then rules: there while MASTER.
  std::vector<ObjectConfig> objects;
  // There while not MASTER: no packet to the virtual MAC address gets in.
  std::vector<ObjectConfig> filters;

  [[nodiscard]] const InstanceSettings& settings() const { return *this; }
};

// Interfaces that together announce no faster than this (garp_interval, gna_interval, and
// those of a garp_group). An interface is in one of these at most.
struct AnnounceLimit {
  std::vector<InterfaceName> interfaces;
  Duration garpInterval;  // between two gratuitous ARPs; zero = no limit
  Duration gnaInterval;   // between two unsolicited neighbour advertisements
};

// How long an interface has to be down, or up, before it counts (interface_up_down_delays).
struct LinkDelay {
  InterfaceName interfaceName;
  Duration down;
  Duration up;
};

// A set of instances that are MASTER together or not at all (vrrp_sync_group).
struct GroupConfig {
  GroupId id;
  std::string name;
  Revision revision;
  std::vector<InstanceId> members;
  std::vector<TrackerUse> trackers;
  std::vector<InterfaceUse> interfaces;
};

enum class TrackerKind : std::uint8_t { script, file, process, probe };

// A thing watched. Only process trackers are counted by the core; the others are reported.
struct TrackerConfig {
  TrackerId id;
  std::string name;
  Revision revision;
  TrackerKind kind = TrackerKind::script;
  // Process trackers: healthy when quorum <= count <= quorumMax, after the delays.
  std::uint32_t quorum = 1;
  std::uint32_t quorumMax = 0xffffffff;
  Duration forkDelay;
  Duration terminateDelay;
};

}  // namespace failoverd::core
