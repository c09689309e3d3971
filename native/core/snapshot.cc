#include <algorithm>

#include "core/core.h"
#include "core/state.h"

// The picture of everything, for whoever asks. Built from what the core holds; nothing here is
// kept for it. Drawn over an older picture, whose memory is used again.
namespace failoverd::core {
namespace {

AddressStatus statusOf(const CoreState& core, const VirtualAddress& vip) {
  AddressStatus status{vip.config.address, vip.config.prefixLength, vip.ifIndex,
                       vip.state,          vip.errorNumber,         {}};
  if (vip.foreignOn == kNoInterface) return status;
  const auto* link = core.links.byIndex(vip.foreignOn);
  if (link != nullptr) status.foreignOn = link->facts.interfaceName;
  return status;
}

std::optional<Instant> nextDeadlineOf(const CoreState& core, const Router& router) {
  auto next = Instant::never();
  for (const auto slot : router.slots) next = std::min(next, core.deadlines.at(slot));
  if (next == Instant::never()) return std::nullopt;
  return next;
}

void tell(const CoreState& core, const Router& router, InstanceStatus& status) {
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
  status.addresses.resize(router.addresses.size());
  std::transform(router.addresses.begin(), router.addresses.end(), status.addresses.begin(),
                 [&](const VirtualAddress& vip) { return statusOf(core, vip); });
  status.counters = router.counters;
  router.arrivals.tell(status.arrivals);
}

}  // namespace

void takeSnapshot(const CoreState& core, Instant now, CoreSnapshot& into, SnapshotRoom room) {
  into.at = now;
  into.instances.resize(core.routers.size());
  for (std::size_t i = 0; i < core.routers.size(); ++i) {
    const auto& router = *core.routers[i];
    auto& status = into.instances[i];
    if (room == SnapshotRoom::possible) {
      status.parts.reserve(router.health.parts.capacity());
      status.faults.reserve(router.health.faults.capacity());
    }
    tell(core, router, status);
  }
  into.groups.resize(core.groups.size());
  for (std::size_t i = 0; i < core.groups.size(); ++i) {
    const auto& group = core.groups[i];
    auto& status = into.groups[i];
    status.group = group.config.id;
    status.name = group.config.name;
    status.state = group.state;
    status.since = group.since;
  }
}

}  // namespace failoverd::core
