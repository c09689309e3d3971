#include <algorithm>

#include "core/core.h"
#include "core/state.h"

// The picture of everything, for whoever asks. Built from what the core holds; nothing here is
// kept for it.
namespace failoverd::core {
namespace {

AddressStatus statusOf(const VirtualAddress& vip) {
  return {vip.config.address, vip.config.prefixLength, vip.ifIndex, vip.state, vip.errorNumber};
}

std::optional<Instant> nextDeadlineOf(const CoreState& core, const Router& router) {
  auto next = Instant::never();
  for (const auto slot : router.slots) next = std::min(next, core.deadlines.at(slot));
  if (next == Instant::never()) return std::nullopt;
  return next;
}

InstanceStatus statusOf(const CoreState& core, const Router& router) {
  InstanceStatus status;
  status.instance = router.id();
  status.name = router.config.name;
  status.revision = router.config.revision;
  status.state = router.state;
  status.since = router.since;
  status.cause = router.cause;
  status.basePriority = router.config.basePriority;
  status.effectivePriority = router.effective();
  status.parts = router.health.parts;
  status.faults = router.health.faults;
  if (router.state == State::master) {
    status.master = router.source;
    status.masterPriority = router.effective();
  } else {
    status.master = router.seen.address;
    status.masterPriority = router.seen.priority;
  }
  status.masterAdvertInterval = router.masterInterval();
  status.lastAdvertReceived = router.seen.heard;
  status.nextDeadline = nextDeadlineOf(core, router);
  status.drained = router.drained;
  status.addresses.reserve(router.addresses.size());
  for (const auto& vip : router.addresses) status.addresses.push_back(statusOf(vip));
  status.counters = router.counters;
  status.arrivals = router.arrivals.status();
  return status;
}

}  // namespace

CoreSnapshot takeSnapshot(const CoreState& core, Instant now) {
  CoreSnapshot snapshot;
  snapshot.at = now;
  for (const auto& router : core.routers) snapshot.instances.push_back(statusOf(core, *router));
  for (const auto& group : core.groups) {
    snapshot.groups.push_back({group.config.id, group.config.name, group.state, group.since});
  }
  return snapshot;
}

}  // namespace failoverd::core
