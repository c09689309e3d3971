#include "core/apply.h"

#include <algorithm>

#include "core/addresses.h"
#include "core/announcer.h"
#include "core/election.h"
#include "core/groups.h"
#include "core/health.h"
#include "core/link_delays.h"
#include "core/objects.h"
#include "core/pacing.h"
#include "core/pulse.h"

namespace failoverd::core::apply {
namespace {

// Another virtual router, whatever its name: it leaves and starts anew.
bool sameRouter(const InstanceConfig& a, const InstanceConfig& b) {
  return a.vrid == b.vrid && a.family == b.family && a.version == b.version &&
         a.interfaceName == b.interfaceName && a.vmacName == b.vmacName &&
         a.transmitOnBase == b.transmitOnBase && a.unicast == b.unicast &&
         a.multicastGroup == b.multicastGroup &&
         (a.auth.kind == AuthKind::ah) == (b.auth.kind == AuthKind::ah);
}

// The outputs of the busiest moment: every instance takes over and announces at once.
void reserveOutbox(CoreState& core) {
  std::size_t outputs = 64;
  for (const auto& router : core.routers) {
    const auto& config = router->config;
    const auto bursts = std::max(config.announce.repeat, config.announce.lowerPriorityRepeat);
    outputs += 16 + 2 * config.unicastPeers.size() + 2 * config.objects.size();
    outputs += router->addresses.size() * (2 + std::max(bursts, config.announce.refreshRepeat));
  }
  core.outbox.reserve(outputs);
}

void reserveHealth(const CoreState& core, Router& router) {
  std::size_t uses = 8 + router.config.trackers.size() + router.config.interfaces.size();
  if (router.group != Router::kNoGroup) {
    const auto& group = core.groups[router.group].config;
    uses += group.trackers.size() + group.interfaces.size() + group.members.size();
  }
  router.health.faults.reserve(uses);
  router.health.parts.reserve(uses);
}

// What depends on the list of instances, groups and addresses.
void relist(CoreState& core) {
  pulse::fit(core);
  groups::regroup(core);
  addresses::rebuildIndex(core);
  pacing::assign(core);
  for (const auto& router : core.routers) reserveHealth(core, *router);
  auto asked = core.vips.size() + core.statics.list.size();
  for (const auto& router : core.routers) asked += router->objects.list.size();
  core.requests.reserve(2 * asked + 16);  // removals may still be on their way
  reserveOutbox(core);
}

Router& create(CoreState& core, const InstanceConfig& config) {
  auto router = std::make_unique<Router>();
  router->objects.owner = config.id;
  router->since = core.now;
  for (std::size_t i = 0; i < kInstancePurposes; ++i) {
    router->slots[i] = core.deadlines.allocate(static_cast<Purpose>(i), config.id.value);
  }
  const auto at =
      std::lower_bound(core.routers.begin(), core.routers.end(), config.id,
                       [](const std::unique_ptr<Router>& a, InstanceId b) { return a->id() < b; });
  return **core.routers.insert(at, std::move(router));
}

// Everything that was learnt or decided, but not the totals.
void forget(CoreState& core, Router& router) {
  unlisten(core, router);
  for (const auto slot : router.slots) core.deadlines.cancel(slot);
  addresses::replace(core, router, {});
  objects::replace(core, router.objects, {});
  router.ifIndex = kNoInterface;
  router.baseIfIndex = kNoInterface;
  router.vmacGoneSince.reset();
  router.source.reset();
  router.refusals = {};
  router.seen = {};
  router.election = {};
  router.authenticity = {};
}

void withdraw(CoreState& core, Router& router, CauseKind kind) {
  Cause cause;
  cause.kind = kind;
  election::happen(core, router, Happening::withdrawn, cause);
  health::removeLeftovers(core, router);
}

void place(CoreState& core, Router& router, const InstanceConfig& config, CauseKind start) {
  router.config = config;
  router.builder.configure(config);
  authenticity::configure(router);
  router.health.effective = config.basePriority;
  addresses::replace(core, router, config.addresses);
  router.objects.swept = false;
  objects::replace(core, router.objects, config.objects);
  relist(core);
  router.startCause = start;
  health::locate(core, router);
}

void followInterval(CoreState& core, Router& router, Duration before, Duration downBefore) {
  if (router.state == State::backup && core.armed(router, Purpose::masterDown)) {
    const auto slot = router.slot(Purpose::masterDown);
    const auto moved = core.deadlines.at(slot) + (router.masterDown() - downBefore);
    core.deadlines.arm(slot, std::max(core.now, moved));
  }
  // VRRPv3 peers wait by the interval that they heard last: a longer one is told at once.
  if (router.state == State::master && router.advertInterval() != before) {
    election::sendAndRestart(core, router);
  }
}

// The same virtual router with other settings: state, timers and addresses stay.
void update(CoreState& core, Router& router, const InstanceConfig& config) {
  const auto interval = router.advertInterval();
  const auto down = router.masterDown();
  const auto announce = router.config.announce;
  router.config = config;
  router.builder.configure(config);
  authenticity::configure(router);
  followInterval(core, router, interval, down);
  if (!config.preempt) election::stopPreempting(core, router);
  if (!config.preempt || config.preemptDelay <= Duration::zero()) {
    router.election.preemptDelay = PreemptDelay::idle;
    core.cancel(router, Purpose::preemptDelay);
  }
  addresses::replace(core, router, config.addresses);
  objects::replace(core, router.objects, config.objects);
  relist(core);
  router.refusals.inARow = 0;
  router.refusals.addressError = 0;
  router.refusals.addressLost.reset();
  health::locate(core, router);
  if (router.state != State::master) return;
  addresses::wantMissing(core, router);
  if (announce.refresh != config.announce.refresh ||
      announce.extraInterval != config.announce.extraInterval) {
    core.cancel(router, Purpose::announceRefresh);
    core.cancel(router, Purpose::announceExtra);
    announcer::begin(core, router);
  }
}

}  // namespace

void unlisten(CoreState& core, Router& router) {
  if (router.listen == ListenState::idle) return;
  router.listen = ListenState::idle;
  core.outbox.push(Unlisten{router.id()});
}

void instance(CoreState& core, const InstanceConfig& config) {
  auto* known = core.find(config.id);
  if (known == nullptr) {
    place(core, create(core, config), config, CauseKind::started);
  } else if (known->config.revision != config.revision) {
    if (sameRouter(known->config, config)) {
      update(core, *known, config);
    } else {
      withdraw(core, *known, CauseKind::configChanged);
      forget(core, *known);
      place(core, *known, config, CauseKind::configChanged);
    }
  }
  core.outbox.push(InstanceApplied{config.id, config.revision});
}

void removeInstance(CoreState& core, InstanceId id) {
  auto* router = core.find(id);
  if (router == nullptr) return;
  withdraw(core, *router, CauseKind::removed);
  forget(core, *router);
  for (const auto slot : router->slots) core.deadlines.release(slot);
  std::erase_if(core.routers, [&](const auto& each) { return each.get() == router; });
  relist(core);
  core.outbox.push(InstanceRemoved{id});
  health::reassessAll(core);
}

void statics(CoreState& core, const ApplyStatics& wanted) {
  core.staticUses = wanted.uses;
  std::erase_if(core.staticUses,
                [&](const StaticUse& use) { return use.object >= wanted.objects.size(); });
  objects::replace(core, core.statics, wanted.objects);
  relist(core);
  if (core.kernelListed) objects::want(core, core.statics);
  health::reassessAll(core);
}

void interfaces(CoreState& core, const ApplyInterfaces& wanted) {
  pacing::apply(core, wanted.limits);
  link_delays::apply(core, wanted.delays);
  health::reassessAll(core);
}

void group(CoreState& core, const GroupConfig& config) {
  const auto at = std::find_if(core.groups.begin(), core.groups.end(),
                               [&](const Group& each) { return each.config.id == config.id; });
  if (at == core.groups.end()) {
    core.groups.push_back({config, State::init, core.now, {}});
  } else {
    at->config = config;
  }
  relist(core);
  groups::unite(core);
  health::reassessAll(core);
}

void removeGroup(CoreState& core, GroupId id) {
  std::erase_if(core.groups, [&](const Group& each) { return each.config.id == id; });
  relist(core);
  health::reassessAll(core);
}

}  // namespace failoverd::core::apply
