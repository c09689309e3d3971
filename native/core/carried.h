#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "core/config.h"
#include "core/deadlines.h"
#include "core/events.h"

// What of an instance an heir goes on with (docs/adr/0010). Instants are those of a
// clock that all processes of a host share. What the configuration says is not in it, nor what the
// kernel can be asked.
namespace failoverd::core {

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

enum class PreemptDelay : std::uint8_t { idle, running, over };

// health.cc: what the kernel does not let us do. Each is a reason for FAULT of its own, and is
// tried again after a while.
struct Refusals {
  std::int32_t addressError = 0;         // every VIP is refused
  std::optional<IpAddress> addressLost;  // the VIP that somebody else removes again and again
  std::int32_t sendError = 0;            // no advert has left for masterDownInterval
  std::uint32_t inARow = 0;              // the more, the longer the time until the next try
  std::optional<Instant> refusedAt;      // the last one of those

  std::optional<Instant> sendFailingSince;
  // Of the newest advert: one copy for the group, or one for each peer that there is a way to.
  std::uint32_t copies = 0;
  std::uint32_t copiesFailed = 0;
  std::int32_t lastSendError = 0;
  // That one was a probe, and what the kernel says of it is awaited.
  bool probing = false;

  [[nodiscard]] bool any() const { return addressError != 0 || addressLost || sendError != 0; }
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

// The newest signature that was heard from somebody, or made: seconds, then all that is finer.
struct CarriedSequence {
  std::uint32_t seconds = 0;
  std::uint32_t rest = 0;
};
struct CarriedMark {
  IpAddress source;
  CarriedSequence newest;
  Instant heard;
};

struct CarriedDeadline {
  Purpose purpose = Purpose::advert;  // one of an instance
  Instant at;
};

struct CarriedInstance {
  // Which one: another virtual router of this name inherits nothing.
  std::string name;
  Vrid vrid;
  Family family = Family::ipv4;
  VrrpVersion version = VrrpVersion::v2;
  InterfaceName interfaceName;

  State state = State::init;
  Instant since;
  Priority effectivePriority;
  std::vector<CarriedDeadline> deadlines;
  MasterSeen seen;
  std::optional<Rival> rival;
  Election election;
  Refusals refusals;
  std::uint32_t ahSequence = 0;
  CarriedSequence signedLast;
  std::vector<CarriedMark> marks;
  bool drained = false;
  // Some address has not been announced yet.
  bool unannounced = false;
};

struct CarriedGroup {
  std::string name;
  State state = State::init;
  Instant since;
};

// All that an heir goes on with.
struct Inherit {
  std::vector<CarriedInstance> instances;
  std::vector<CarriedGroup> groups;
  // When vrrp_startup_delay ends, while it runs.
  std::optional<Instant> startupEnds;
  // When this host came back from its last absence.
  std::optional<Instant> backSince;
};

}  // namespace failoverd::core
