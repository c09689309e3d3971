#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/advert_builder.h"
#include "core/arrivals.h"
#include "core/authenticity.h"
#include "core/carried.h"
#include "core/config.h"
#include "core/deadlines.h"
#include "core/events.h"
#include "core/object_set.h"
#include "core/priority.h"
#include "core/rejections.h"
#include "core/seldom.h"
#include "core/status.h"
#include "core/timing.h"

// The run-time state of one instance, in parts that change together. Values only: what may
// happen to them is in the file named beside each part.
namespace failoverd::core {

inline constexpr std::uint32_t kNoFlow = 0xffffffff;

// addresses.cc
struct VirtualAddress {
  AddressConfig config;
  IfIndex ifIndex;  // 0: its interface does not exist
  AddressState state = AddressState::absent;
  // It stood there before us and belongs to the host: it is never removed.
  bool foreign = false;
  // Confirmed, and not yet announced.
  bool unannounced = false;
  // Confirmed, but the kernel still looks for duplicates (RFC 4862 §5.4): announced after.
  bool awaitsDad = false;
  std::int32_t errorNumber = 0;
  // The number of the request that is on its way; 0 = none.
  std::uint32_t request = 0;
  // foreign_addresses.cc: where somebody else has put it on this host, as was told; 0 = nowhere.
  IfIndex foreignOn;
  // pacing.cc: which of the core's flows its announcements wait in, and how many do.
  std::uint32_t flow = kNoFlow;
  std::uint32_t owed = 0;
  // Removals by ourselves whose notification has not come yet.
  std::uint32_t ownRemovals = 0;
  // How often somebody else has removed it, and in the present minute.
  std::uint32_t restored = 0;
  std::uint32_t restoredInWindow = 0;
  Instant windowStart;
  bool restoring = false;
};

// Totals since the instance was first applied, beside what it has refused (rejections.h).
struct Totals {
  std::uint64_t advertsReceived = 0;
  std::uint64_t advertsSent = 0;
  std::uint64_t becameMaster = 0;
  std::uint64_t releasedMaster = 0;
  std::uint64_t goodbyesReceived = 0;
  std::uint64_t goodbyesSent = 0;
  std::uint64_t addressListErrors = 0;
  std::uint64_t addressesRestored = 0;

  void tell(InstanceCounters& counters) const {
    counters.advertsReceived = advertsReceived;
    counters.advertsSent = advertsSent;
    counters.becameMaster = becameMaster;
    counters.releasedMaster = releasedMaster;
    counters.goodbyesReceived = goodbyesReceived;
    counters.goodbyesSent = goodbyesSent;
    counters.addressListErrors = addressListErrors;
    counters.addressesRestored = addressesRestored;
  }
};

enum class ListenState : std::uint8_t { idle, asked, listening, failed };

// faults.cc: a reason for FAULT, from which its Cause is made when somebody asks.
struct Fault {
  CauseKind kind = CauseKind::none;
  std::int32_t errorNumber = 0;
  IfIndex ifIndex;  // 0: of none, or of one that does not exist
  InterfaceName interfaceName;
  TrackerId tracker;  // of trackerFault
  InstanceId member;  // of groupMember
};

// health.cc: computed anew whenever something it depends on changes, never kept by hand.
struct Health {
  std::vector<Fault> faults;
  std::vector<PriorityPart> parts;
  bool pending = true;
  Priority effective{100};
  // The tracker that has failed where `neverNobody` makes a low priority of it.
  std::optional<TrackerId> unfit;
};

enum class Lingering : std::uint8_t { no, forStop, forDrain };

// drain.cc
struct Draining {
  bool wanted = false;    // this one was named; the others of its sync group linger with it
  bool insists = false;   // also if nobody takes over
  bool relieved = false;  // another master was heard
};

// apply.cc: what memory is kept ready for.
struct Room {
  std::size_t outputs = 0;
  std::size_t requests = 0;

  Room& operator+=(const Room& other) {
    outputs += other.outputs;
    requests += other.requests;
    return *this;
  }
  Room& operator-=(const Room& other) {
    outputs -= other.outputs;
    requests -= other.requests;
    return *this;
  }
};

struct Router {
  InstanceSettings config;
  Room room;
  std::size_t group = kNoGroup;  // index into CoreState::groups
  static constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);

  State state = State::init;
  Instant since;
  Cause cause;
  // What will be told when it leaves `init`.
  CauseKind startCause = CauseKind::started;

  // health.cc: where it stands in the kernel.
  IfIndex ifIndex;      // where adverts go: the macvlan, where there is one
  IfIndex baseIfIndex;  // the interface of the file
  // Since when the macvlan is gone or down; it is being made again.
  std::optional<Instant> vmacGoneSince;
  std::optional<IpAddress> source;
  std::uint64_t placedAt = 0;  // addressees.cc
  ListenState listen = ListenState::idle;
  std::int32_t listenError = 0;
  Refusals refusals;

  Health health;
  MasterSeen seen;
  std::optional<Rival> rival;
  Election election;
  std::vector<VirtualAddress> addresses;
  std::size_t requested = 0;  // how many of them are in AddressState::requested
  ObjectSet objects;
  ObjectSet filters;
  AdvertBuilder builder;
  Authenticity authenticity;
  Totals counters;
  // A MASTER may have heard nobody, and most refuse nothing.
  Seldom<Arrivals>::Place arrivals = Seldom<Arrivals>::kNone;
  Seldom<Rejections>::Place rejections = Seldom<Rejections>::kNone;

  // An operator wants it to serve nothing here until further notice. Outlives a new revision.
  bool drained = false;

  // gate.cc: MASTER, but the addresses wait. Episodes are counted from 1.
  bool gateClosed = false;
  std::uint32_t gateEpisode = 0;

  // stop.cc, drain.cc: goodbye was said, the addresses stay until another master is heard.
  Lingering lingering = Lingering::no;
  Draining draining;

  std::array<Deadlines::Slot, kInstancePurposes> slots = noSlots();
  static constexpr std::array<Deadlines::Slot, kInstancePurposes> noSlots() {
    std::array<Deadlines::Slot, kInstancePurposes> none{};
    none.fill(Deadlines::kNoSlot);
    return none;
  }

  [[nodiscard]] Deadlines::Slot slot(Purpose purpose) const {
    return slots[static_cast<std::size_t>(purpose)];
  }
  [[nodiscard]] InstanceId id() const { return config.id; }
  [[nodiscard]] Priority effective() const { return health.effective; }
  [[nodiscard]] bool lingers() const { return lingering != Lingering::no; }
  [[nodiscard]] bool isOwner() const { return effective() == kOwnerPriority; }
  [[nodiscard]] bool quick() const { return config.quick && !config.strict; }
  [[nodiscard]] Duration advertInterval() const { return sane(config.advertInterval); }
  // The interval of the master that is heard.
  [[nodiscard]] Duration masterInterval() const {
    return config.version == VrrpVersion::v3 && seen.interval ? sane(*seen.interval)
                                                              : advertInterval();
  }
  [[nodiscard]] Duration masterDown() const {
    return masterDownInterval(config, skewPriority(), masterInterval());
  }
  [[nodiscard]] Duration skew() const {
    return skewTime(config.version, skewPriority(), masterInterval());
  }

 private:
  // An owner that has yielded to another one still counts as one in the skew.
  [[nodiscard]] Priority skewPriority() const {
    return config.basePriority == kOwnerPriority ? kOwnerPriority : effective();
  }
};

}  // namespace failoverd::core
