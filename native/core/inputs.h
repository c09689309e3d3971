#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/carried.h"
#include "core/config.h"
#include "core/short_name.h"

// Everything that can happen to the core. Commands come from TypeScript and carry whole
// desired values, so that applying one twice is harmless; facts come from the kernel.
namespace failoverd::core {

// A view of bytes that live until the call that was handed them returns.
using ByteView = std::span<const std::uint8_t>;

// ---- Commands -----------------------------------------------------------------------

struct ApplyInstance {
  InstanceConfig config;
};
struct RemoveInstance {
  InstanceId instance;
};
struct ApplyGroup {
  GroupConfig config;
};
struct RemoveGroup {
  GroupId group;
};
struct ApplyTracker {
  TrackerConfig config;
};
struct RemoveTracker {
  TrackerId tracker;
};

// An instance that cannot serve without a static object (track_group).
struct StaticUse {
  InstanceId instance;
  std::uint32_t object = 0;  // index into the objects told with it
};

// Everything that stands for as long as we run, whoever is master (static_*).
struct ApplyStatics {
  std::vector<ObjectConfig> objects;
  std::vector<StaticUse> uses;
};

// What holds for interfaces, whatever runs on them; all of it.
struct ApplyInterfaces {
  std::vector<AnnounceLimit> limits;
  std::vector<LinkDelay> delays;
};

enum class TrackerStatus : std::uint8_t {
  pending,  // no result yet: a weight-0 user waits (silently down), others count nothing
  ok,
  failed,
  value,  // a file's number
};

// What TypeScript's half of a tracker found. A report for an older revision is dropped.
struct ReportTracker {
  TrackerId tracker;
  Revision revision;
  TrackerStatus status = TrackerStatus::pending;
  std::int32_t value = 0;
};

// The processes that match a process tracker at this moment, all of them.
struct SetProcesses {
  TrackerId tracker;
  Revision revision;
  std::vector<std::uint32_t> pids;
};

// An operator takes an instance out of service (FAULT, with a goodbye), or puts it back.
struct Drain {
  InstanceId instance;
  bool drained = false;
  // A MASTER keeps its addresses until another master is heard, but no longer than this; zero = no.
  Duration patience = Duration::zero();
  // Where none is heard it is taken out of service all the same. Otherwise it goes on.
  bool insist = false;
};

// What the instance's gate waited for is done. Of another episode than the present: nothing.
struct OpenGate {
  InstanceId instance;
  std::uint32_t episode = 0;
};

// An orderly stop: goodbyes, then everything given back, then `Stopped`.
struct Stop {
  // Keep the addresses until another master is heard, but no longer than this; zero = no.
  Duration linger;
  // false: leave addresses where they are and say nothing (--dont-release-vrrp).
  bool release = true;
};

using Command = std::variant<ApplyInstance, RemoveInstance, ApplyGroup, RemoveGroup, ApplyTracker,
                             RemoveTracker, ApplyStatics, ApplyInterfaces, ReportTracker,
                             SetProcesses, Drain, OpenGate, Stop>;

// ---- Facts --------------------------------------------------------------------------

// An interface exists and is like this (also sent when nothing changed: a dump).
struct LinkChanged {
  IfIndex ifIndex;
  InterfaceName interfaceName;
  bool up = false;       // IFF_UP
  bool running = false;  // IFF_RUNNING
  std::optional<MacAddress> mac;
  std::uint32_t mtu = 1500;
  bool noArp = false;
};
struct LinkRemoved {
  IfIndex ifIndex;
};

// An address stands on an interface. `ours`: it carries our IFA_PROTO mark.
struct LocalAddressAppeared {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 32;
  bool secondary = false;
  bool tentative = false;
  bool ours = false;
};
// Duplicate address detection (RFC 4862 §5.4) has found that another host has an address which
// stands here: the kernel neither answers for it nor sends from it.
struct LocalAddressDuplicate {
  IfIndex ifIndex;
  IpAddress address;
};
struct LocalAddressRemoved {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 32;
};
// A dump of links and addresses begins, since notifications may have been lost.
struct KernelRelisting {};
// The dump is complete: what was not named since it began does not exist.
struct KernelListed {};

// One VRRP packet, the IP header taken off by the kernel room.
struct AdvertReceived {
  IfIndex ifIndex;
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;  // TTL or hop limit
  ByteView bytes;        // what follows the IP header: the VRRP PDU, with AH the AH header first
  ByteView ipHeader;     // with AH only, whose digest covers it (VRRPv2 over IPv4); else empty
};

// A route or rule of ours was removed, by us or by somebody else.
struct ObjectRemoved {
  ObjectKey key;
};
// The kernel could not tell all removals: any of ours may be gone.
struct ObjectsUncertain {};

// The kernel's answer to AddAddress, RemoveAddress or RequestObject; errorNumber 0 = done.
struct AddressResult {
  std::uint32_t request = 0;
  std::int32_t errorNumber = 0;
};
// The answer to Listen; errorNumber 0 = listening.
struct ListenResult {
  InstanceId instance;
  std::int32_t errorNumber = 0;
};
struct SendFailed {
  InstanceId instance;
  std::int32_t errorNumber = 0;
};

struct ProcessExited {
  std::uint32_t pid = 0;
};
struct ProcessForked {
  std::uint32_t parent = 0;
  std::uint32_t pid = 0;
};

// TypeScript has not been heard of for longer than its set time (true), or is back (false):
// nobody watches the trackers (DESIGN law 9).
struct TrackersBlind {
  bool blind = false;
};

// The wall clock, as UTC since 1970 less the time of the core. Also when it was set.
struct ClockSet {
  Duration utcOffset;
};

// Another process has these instances, and hands them over with `Inherit`: the first input.
struct AwaitInheritance {};

using Input = std::variant<
    ApplyInstance, RemoveInstance, ApplyGroup, RemoveGroup, ApplyTracker, RemoveTracker,
    ApplyStatics, ApplyInterfaces, ReportTracker, SetProcesses, Drain, OpenGate, Stop, LinkChanged,
    LinkRemoved, LocalAddressAppeared, LocalAddressDuplicate, LocalAddressRemoved, KernelRelisting,
    KernelListed, ObjectRemoved, ObjectsUncertain, AdvertReceived, AddressResult, ListenResult,
    SendFailed, ProcessExited, ProcessForked, TrackersBlind, ClockSet, AwaitInheritance, Inherit>;

}  // namespace failoverd::core
