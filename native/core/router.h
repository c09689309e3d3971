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
#include "core/config.h"
#include "core/deadlines.h"
#include "core/events.h"
#include "core/object_set.h"
#include "core/priority.h"
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
  std::int32_t errorNumber = 0;
  // The number of the request that is on its way; 0 = none.
  std::uint32_t request = 0;
  // It stood there before us and was not ours: an address owner's own address.
  bool foreign = false;
  // Confirmed, and not yet announced.
  bool unannounced = false;
  // pacing.cc: which of the core's flows its announcements wait in, and how many do.
  std::uint32_t flow = kNoFlow;
  std::uint32_t owed = 0;
  // Confirmed, but the kernel still looks for duplicates (RFC 4862 §5.4): announced after.
  bool awaitsDad = false;
  // Removals by ourselves whose notification has not come yet.
  std::uint32_t ownRemovals = 0;
  // How often somebody else has removed it, and in the present minute.
  std::uint32_t restored = 0;
  std::uint32_t restoredInWindow = 0;
  Instant windowStart;
  bool restoring = false;
};

// acceptance.cc: totals since the instance was first applied, and what was told.
struct Rejections {
  static constexpr std::size_t kReasons = static_cast<std::size_t>(RejectReason::authReplayed) + 1;
  std::array<std::uint64_t, kReasons> counts{};
  std::array<bool, kReasons> told{};
  std::array<bool, 4> oddTold{};  // by OddReason
};

// election.cc: what we know of the master that is not us.
struct MasterSeen {
  std::optional<IpAddress> address;
  Priority priority;
  // VRRPv3: Active_Adver_Interval, forgotten when we become MASTER.
  std::optional<Duration> interval;
  std::optional<Instant> heard;
};

// The last advert of anybody else who says that it is MASTER. Outlives every change of our own
// state (docs/adr/0009).
struct Rival {
  IpAddress address;
  Priority priority;
  Instant heard;
};

enum class ListenState : std::uint8_t { idle, asked, listening, failed };
enum class PreemptDelay : std::uint8_t { idle, running, over };

// health.cc: what the kernel does not let us do. Each is a reason for FAULT of its own, and is
// tried again after a while.
struct Refusals {
  std::int32_t addressError = 0;         // every VIP is refused
  std::optional<IpAddress> addressLost;  // the VIP that somebody else removes again and again
  std::int32_t sendError = 0;            // no advert has left for masterDownInterval
  std::uint32_t inARow = 0;              // the more, the longer the time until the next try

  std::optional<Instant> sendFailingSince;
  // Of the newest advert: one copy for the group, or one for each peer.
  std::uint32_t copies = 0;
  std::uint32_t copiesFailed = 0;
  std::int32_t lastSendError = 0;

  [[nodiscard]] bool any() const { return addressError != 0 || addressLost || sendError != 0; }
};

// health.cc: computed anew whenever something it depends on changes, never kept by hand.
struct Health {
  std::vector<Cause> faults;
  std::vector<PriorityPart> parts;
  bool pending = true;
  Priority effective{100};
  // The tracker that has failed where `neverNobody` makes a low priority of it.
  std::optional<TrackerId> unfit;
};

// election.cc
struct Election {
  PreemptDelay preemptDelay = PreemptDelay::idle;
  // Why the masterDown deadline is what it is.
  CauseKind waitingFor = CauseKind::masterSilent;
  // Its own deadline has passed; it waits for the other members of its group.
  bool readyForGroup = false;
  // The present silence is one of listening after having been away.
  bool listening = false;
  std::optional<Instant> lastAdvertSent;
  std::optional<Instant> lastTriggered;
  // The second-master episode (adverts of weaker masters while MASTER).
  std::optional<Instant> lastWeaker;
  // announcer.cc: its bursts, and how far they are apart by now.
  std::optional<Instant> lastAnswered;
  std::optional<Instant> lastLowerBurst;
  Duration lowerBurstGap;
  // Two owners: who was told, and until when it may go on.
  std::optional<IpAddress> rivalOwner;
  Instant rivalTolerated;
  bool ownershipYielded = false;
  // A better one beside a group that prevails: when this member heard it first, and last.
  std::optional<Instant> betterSince;
  Instant betterHeard;
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
  InstanceConfig config;
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
  AdvertBuilder builder;
  Authenticity authenticity;
  InstanceCounters counters;
  Arrivals arrivals;
  Rejections rejections;

  // An operator wants it to serve nothing here until further notice. Outlives a new revision.
  bool drained = false;

  // gate.cc: MASTER, but the addresses wait. Episodes are counted from 1.
  bool gateClosed = false;
  std::uint32_t gateEpisode = 0;

  // stop.cc: goodbye was said, the addresses stay until another master is heard.
  bool lingering = false;

  std::array<Deadlines::Slot, kInstancePurposes> slots{};

  [[nodiscard]] Deadlines::Slot slot(Purpose purpose) const {
    return slots[static_cast<std::size_t>(purpose)];
  }
  [[nodiscard]] InstanceId id() const { return config.id; }
  [[nodiscard]] Priority effective() const { return health.effective; }
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
