#include <algorithm>

#include "core/core.h"
#include "core/faults.h"
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

const Arrivals kNoArrivals;

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
  const auto& faults = router.health.faults;
  status.faults.resize(faults.size());
  std::transform(faults.begin(), faults.end(), status.faults.begin(),
                 [&](const Fault& fault) { return causeOf(router, fault); });
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
  status.counters = {};
  router.counters.tell(status.counters);
  if (const auto* rejections = core.rejections.find(router.rejections)) {
    rejections->tell(status.counters);
  }
  const auto* arrivals = core.arrivals.find(router.arrivals);
  (arrivals == nullptr ? kNoArrivals : *arrivals).tell(status.arrivals);
}

}  // namespace

bool takeSnapshot(const CoreState& core, Instant now, SnapshotSlice slice, CoreSnapshot& into,
                  SnapshotRoom room) {
  const auto first =
      std::upper_bound(core.routers.begin(), core.routers.end(), slice.behind,
                       [](InstanceId a, const std::unique_ptr<Router>& b) { return a < b->id(); });
  const auto left = static_cast<std::size_t>(core.routers.end() - first);
  const auto count = std::min(left, slice.most);
  into.at = now;
  into.instances.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& router = *first[static_cast<std::ptrdiff_t>(i)];
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
  return count < left;
}

}  // namespace failoverd::core
