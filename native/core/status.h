#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/events.h"

// A picture of the core for those who lost events or have just come.
namespace failoverd::core {

enum class AddressState : std::uint8_t { absent, requested, confirmed, failed, removing };

struct AddressStatus {
  IpAddress address;
  std::uint8_t prefixLength = 32;
  IfIndex ifIndex;
  AddressState state = AddressState::absent;
  std::int32_t errorNumber = 0;
  InterfaceName foreignOn;  // where somebody else has put it on this host; empty: nowhere
};

// One addend of the effective priority: base + all of these, clamped to 1..254.
struct PriorityPart {
  std::optional<TrackerId> tracker;
  InterfaceName interfaceName;
  std::int32_t delta = 0;
};

// Totals since the instance was first applied (keepalived's statistics, surface of the same
// names).
struct InstanceCounters {
  std::uint64_t advertsReceived = 0;
  std::uint64_t advertsSent = 0;
  std::uint64_t becameMaster = 0;
  std::uint64_t releasedMaster = 0;
  std::uint64_t goodbyesReceived = 0;
  std::uint64_t goodbyesSent = 0;
  std::uint64_t lengthErrors = 0;
  std::uint64_t ttlErrors = 0;
  std::uint64_t versionErrors = 0;
  std::uint64_t typeErrors = 0;
  std::uint64_t checksumErrors = 0;
  std::uint64_t intervalErrors = 0;
  std::uint64_t authTypeErrors = 0;
  std::uint64_t authFailures = 0;
  // Those of auth_hmac by reason; each is one of authFailures as well.
  std::uint64_t authMissing = 0;
  std::uint64_t authMalformed = 0;
  std::uint64_t authUnknownKey = 0;
  std::uint64_t authInvalid = 0;
  std::uint64_t authStale = 0;
  std::uint64_t authReplayed = 0;
  std::uint64_t addressListErrors = 0;
  std::uint64_t otherErrors = 0;
  std::uint64_t addressesRestored = 0;  // put back after something else had removed them
};

// Adverts of the master that is heard, since the instance was first applied.
struct ArrivalStatus {
  std::uint64_t missed = 0;         // adverts that should have come between two that came
  std::uint64_t longestMissed = 0;  // the most in a row
  // How often all but one of the adverts were missed that a takeover takes.
  std::uint64_t nearFailovers = 0;
  // Gaps between two adverts of one master: their sum, and counts as base/log_histogram.h has
  // them.
  Duration sum;
  std::vector<std::uint64_t> buckets;
};

struct InstanceStatus {
  InstanceId instance;
  std::string name;
  Revision revision;
  State state = State::init;
  Instant since;
  Cause cause;
  Priority basePriority;
  Priority effectivePriority;
  std::vector<PriorityPart> parts;
  std::vector<Cause> faults;  // every reason for FAULT that stands now
  std::optional<IpAddress> master;
  Priority masterPriority;
  Duration masterAdvertInterval;
  std::optional<Instant> lastAdvertReceived;
  std::optional<Instant> nextDeadline;
  bool drained = false;
  std::vector<AddressStatus> addresses;
  InstanceCounters counters;
  ArrivalStatus arrivals;
};

struct GroupStatus {
  GroupId group;
  std::string name;
  State state = State::init;
  Instant since;
};

// For what a picture must have room: what is there, or all that this configuration can lead to.
enum class SnapshotRoom : std::uint8_t { present, possible };

// Part of the instances, which are in the order of their numbers.
struct SnapshotSlice {
  InstanceId behind;  // begins with the one behind this; 0: with the first
  std::size_t most = static_cast<std::size_t>(-1);
};

struct CoreSnapshot {
  Instant at;
  std::vector<InstanceStatus> instances;
  std::vector<GroupStatus> groups;
};

}  // namespace failoverd::core
