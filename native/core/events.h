#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/object_config.h"
#include "core/short_name.h"

// What the core tells the world. Plain values without owned memory: an event can be copied
// into a ring by a thread that must not allocate.
namespace failoverd::core {

// The users' words; RFC 9568 §6.4 says Initialize, Backup and Active. `init` is an instance
// that has not been judged yet (no kernel dump, or a first script result is awaited).
enum class State : std::uint8_t { init, backup, master, fault };

// Why an instance is where it is. One word for each thing that can move it.
enum class CauseKind : std::uint8_t {
  none,
  started,           // first judgement after configuration
  masterSilent,      // masterDownInterval passed without an advert
  goodbyeReceived,   // priority 0 heard, then skewTime
  preempting,        // a lower-priority master was heard, and we may preempt
  owner,             // the address owner starts as MASTER (RFC 9568 §6.4.1)
  higherPriority,    // an advert with a higher priority
  higherAddress,     // an equal priority from a higher address
  trackerFault,      // `tracker` failed with weight 0 (or a file value <= -254)
  interfaceDown,     // `ifIndex`/`interfaceName` is down
  interfaceMissing,  // it does not exist
  noSourceAddress,   // the interface has no address to send from
  sendFailed,        // the kernel refuses our adverts; `errorNumber`
  listenFailed,      // the socket could not be had; `errorNumber`
  addressRefused,    // the kernel refuses the VIPs; `errorNumber`
  addressLost,       // somebody else keeps removing `address`
  faultCleared,      // the last fault went away
  firstResult,       // the awaited first tracker results are there
  groupMember,       // another member of the sync group
  configChanged,
  secondMaster,   // MASTER heard a weaker master and has told it so
  trackersBlind,  // JavaScript is gone, nobody watches the trackers
  wokeLate,       // this host was away longer than its peers wait
  stopping,
  removed,
  drained,        // an operator wants it elsewhere
  noPeer,         // unicast without a peer (unicast_fault_no_peer)
  staticMissing,  // a static object that it needs does not stand (track_group); `errorNumber`
  carriedOver,    // it was in this state in the process that went on in this one
};

struct Cause {
  CauseKind kind = CauseKind::none;
  std::optional<IpAddress> peer;  // who was heard, or last heard
  std::optional<Priority> peerPriority;
  std::optional<TrackerId> tracker;
  std::optional<IfIndex> ifIndex;
  InterfaceName interfaceName;
  std::optional<InstanceId> member;
  std::optional<IpAddress> address;  // the VIP that it is about
  std::int32_t errorNumber = 0;
  // How long nothing had been heard from the master (masterSilent), or how late we woke.
  Duration silence;
};

struct StateChanged {
  InstanceId instance;
  State from = State::init;
  State to = State::init;
  Priority effectivePriority;
  // false: known to status, but not told to notify (FAULT while a first result is awaited).
  bool notify = true;
  // true: MASTER stays MASTER and tells it again (after a gap, a split, a second master).
  bool repeated = false;
  Cause cause;
};
struct GroupStateChanged {
  GroupId group;
  State from = State::init;
  State to = State::init;
  Cause cause;
};
struct PriorityChanged {
  InstanceId instance;
  Priority from;
  Priority to;
  std::optional<TrackerId> tracker;
  InterfaceName interfaceName;
};
// A backup hears another master than before (or the first one).
struct MasterChanged {
  InstanceId instance;
  IpAddress master;
  Priority priority;
  Duration advertInterval;
};
// As MASTER: a lower-priority advert arrived (a split has healed).
struct LowerPriorityReceived {
  InstanceId instance;
  IpAddress source;
  Priority priority;
};

// As MASTER: adverts flow, and the addresses wait for OpenGate with this episode, until `limit` has
// passed. Comes before the change of state that it belongs to.
struct GateClosed {
  InstanceId instance;
  std::uint32_t episode = 0;
  Duration limit;
};
// The addresses are asked for. `inTime` false: the limit had passed.
struct GateOpened {
  InstanceId instance;
  bool inTime = true;
};

enum class DrainOutcome : std::uint8_t {
  drained,     // it is out of service
  nobodyElse,  // no other master was heard in time: it goes on as MASTER
  cancelled,   // the operator has changed his mind, or the daemon stops
};
// What became of a Drain{drained: true}; one for each, and after the change of state if there was
// one.
struct DrainEnded {
  InstanceId instance;
  DrainOutcome outcome = DrainOutcome::drained;
};

// Why a packet was refused. Order of the checks: RFC 9568 §7.1 with keepalived's additions.
enum class RejectReason : std::uint8_t {
  truncated,
  length,
  ttl,
  version,
  type,
  checksum,
  noAddresses,  // VRRPv3: RFC 9568 §5.2.5 wants one at least
  authType,
  authFailure,
  interval,
  unknownVrid,
  ownAddress,
  notAPeer,
  peerTtl,
  wrongForm,  // multicast where unicast is configured, or the reverse
  ownerIgnores,
  startupDelay,
  authMissing,    // auth_hmac: not signed
  authMalformed,  // auth_hmac: an unknown trailer
  authStale,      // auth_hmac: signed too long ago, or ahead of our clock
  authUnknownKey,
  authReplayed,  // AH, auth_hmac: not newer than what was heard from the sender before
};
// The first of its kind since the last change of state or master; `count` is the total.
struct AdvertRejected {
  std::optional<InstanceId> instance;
  RejectReason reason = RejectReason::truncated;
  IpAddress source;
  std::optional<Vrid> vrid;  // nothing: too short to have one, or 0, which nobody can have
  std::uint64_t count = 0;
};

enum class OddReason : std::uint8_t { addressList, interval, samePriorityOwner };
// Accepted, but worth telling: the peers' configurations differ.
struct AdvertOdd {
  InstanceId instance;
  OddReason reason = OddReason::addressList;
  IpAddress source;
};

struct AddressFailed {
  InstanceId instance;
  IfIndex ifIndex;
  IpAddress address;
  std::int32_t errorNumber = 0;
};
// A VIP stands on this host without our mark (IFA_PROTO): somebody else has put it there.
struct AddressForeign {
  InstanceId instance;
  InterfaceName interfaceName;
  IpAddress address;
};
// Somebody else removed a VIP while we were MASTER, and it is back.
struct AddressRestored {
  InstanceId instance;
  IfIndex ifIndex;
  IpAddress address;
  std::uint32_t count = 0;
};

// The same for a route, a rule or a static address (`instance` 0: static).
struct ObjectFailed {
  InstanceId instance;
  ObjectKey key;
  std::int32_t errorNumber = 0;
};
struct ObjectRestored {
  InstanceId instance;
  ObjectKey key;
  std::uint32_t count = 0;  // since it was first wanted
};

struct InstanceApplied {
  InstanceId instance;
  Revision revision;
};
struct InstanceRemoved {
  InstanceId instance;
};
// A deadline was judged later than it should have been by more than a tenth of its interval.
struct LateDeadline {
  InstanceId instance;
  Duration lateness;
};
// Everything has been given back; nothing follows.
struct Stopped {};

}  // namespace failoverd::core
