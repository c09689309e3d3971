#include "core/apply.h"

#include <algorithm>

#include "core/addresses.h"
#include "core/announcer.h"
#include "core/election.h"
#include "core/foreign_addresses.h"
#include "core/groups.h"
#include "core/health.h"
#include "core/link_delays.h"
#include "core/objects.h"
#include "core/pacing.h"
#include "core/pulse.h"

namespace failoverd::core::apply {
namespace {

// Another virtual router, whatever its name: it leaves and starts anew.
bool sameRouter(const InstanceSettings& a, const InstanceSettings& b) {
  return a.vrid == b.vrid && a.family == b.family && a.version == b.version &&
         a.interfaceName == b.interfaceName && a.vmacName == b.vmacName &&
         a.transmitOnBase == b.transmitOnBase && a.unicast == b.unicast &&
         a.multicastGroup == b.multicastGroup &&
         (a.auth.kind == AuthKind::ah) == (b.auth.kind == AuthKind::ah);
}

// An instance takes over and announces at once: its advert, its news, and for each address a
// request and one burst. It counts for thousands at one moment, each output some hundred octets.
// Those of deadlines come in portions (Core::advance), and only that much need be present: what an
// input means to all at once, a tracker of all that fails, is seldom, and a page fault for each
// thirty outputs is little beside what the kernel is asked for then.
Room roomFor(const Router& router) {
  const auto& config = router.config;
  const auto& announce = config.announce;
  const std::size_t bursts =
      std::max({announce.repeat, announce.lowerPriorityRepeat, announce.refreshRepeat});
  const auto addresses = router.addresses.size();
  const auto objects = router.objects.list.size() + router.filters.list.size();
  Room room;
  room.outputs = 4 + 2 * config.unicastPeers.size() + 2 * objects + addresses * (1 + bursts);
  room.requests = addresses + objects;
  return room;
}

void makeRoom(CoreState& core) {
  // Removals may still be on their way.
  // More than they can need; trackers and interfaces come and go meanwhile.
  core.deadlines.makeRoom(64 + core.routers.size() * kInstancePurposes);
  core.addressees.makeRoom(core.routers.size());
  core.arrivals.makeRoom(core.routers.size());
  core.rejections.makeRoom(core.routers.size());
  core.requests.reserve(2 * (core.room.requests + core.statics.list.size()) + 16);
  core.outbox.reserve(64 + core.room.outputs, Outbox::kMany + core.mostOutputs);
}

void makeRoomFor(CoreState& core, Router& router) {
  core.room -= router.room;
  router.room = roomFor(router);
  core.room += router.room;
  core.mostOutputs = std::max(core.mostOutputs, router.room.outputs);
  makeRoom(core);
}

// More reasons of its own than these hardly stand at once; what is tracked may fail altogether.
constexpr std::size_t kOwnFaults = 3;

void reserveHealth(const CoreState& core, Router& router) {
  std::size_t uses = router.config.trackers.size() + router.config.interfaces.size();
  if (router.group != Router::kNoGroup) {
    const auto& group = core.groups[router.group].config;
    uses += group.trackers.size() + group.interfaces.size() + group.members.size();
  }
  router.health.faults.reserve(kOwnFaults + uses);
  // One more for what is unfit, which only a tracker can make it.
  if (uses != 0) router.health.parts.reserve(1 + uses);
}

// What depends on the settings and addresses of one instance. Costs no more where there are
// thousands.
void list(CoreState& core, Router& router) {
  groups::place(core, router);
  reserveHealth(core, router);
  pacing::assign(core, router);
  makeRoomFor(core, router);
}

// What depends on the list of groups.
void regroup(CoreState& core) {
  groups::regroup(core);
  for (const auto& router : core.routers) reserveHealth(core, *router);
}

Router& create(CoreState& core, const InstanceConfig& config) {
  auto router = std::make_unique<Router>();
  router->objects.owner = config.id;
  router->filters.owner = config.id;
  router->filters.what = RequestOf::filter;
  router->since = core.now;
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
  objects::replace(core, router.filters, {});
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
  router.config = config.settings();
  router.builder.configure(config);
  authenticity::configure(router);
  router.health.effective = config.basePriority;
  addresses::replace(core, router, config.addresses);
  router.objects.swept = false;
  objects::replace(core, router.objects, config.objects);
  objects::replace(core, router.filters, config.filters);
  list(core, router);
  // Who may be MASTER by inheritance has none.
  if (!core.awaitsInheritance) objects::want(core, router.filters);
  pulse::join(core, router);
  router.startCause = start;
  health::locate(core, router);
  foreign_addresses::look(core, router);
}

void followInterval(CoreState& core, Router& router, Duration before, Duration downBefore) {
  if (router.state == State::backup && core.armed(router, Purpose::masterDown)) {
    const auto slot = router.slot(Purpose::masterDown);
    const auto moved = core.deadlines.at(slot) + (router.masterDown() - downBefore);
    core.armAt(router, Purpose::masterDown, std::max(core.now, moved));
  }
  // VRRPv3 peers wait by the interval that they heard last: a longer one is told at once.
  if (router.state == State::master && router.advertInterval() != before && !router.lingers()) {
    election::sendAndRestart(core, router);
  }
}

// The same virtual router with other settings: state, timers and addresses stay.
void update(CoreState& core, Router& router, const InstanceConfig& config) {
  const auto interval = router.advertInterval();
  const auto down = router.masterDown();
  const auto downTimerAdverts = router.config.downTimerAdverts;
  const auto announce = router.config.announce;
  router.config = config.settings();
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
  objects::replace(core, router.filters, config.filters);
  list(core, router);
  if (router.advertInterval() != interval || config.downTimerAdverts != downTimerAdverts) {
    pulse::fit(core);
  }
  router.refusals.inARow = 0;
  router.refusals.addressError = 0;
  router.refusals.addressLost.reset();
  health::locate(core, router);
  foreign_addresses::look(core, router);
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
      pulse::fit(core);
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
  core.arrivals.release(router->arrivals);
  core.rejections.release(router->rejections);
  core.room -= router->room;
  core.addressees.remove(*router);
  std::erase_if(core.routers, [&](const auto& each) { return each.get() == router; });
  pulse::fit(core);
  core.outbox.push(InstanceRemoved{id});
  health::reassessAll(core);
}

void statics(CoreState& core, const ApplyStatics& wanted) {
  core.staticUses = wanted.uses;
  std::erase_if(core.staticUses,
                [&](const StaticUse& use) { return use.object >= wanted.objects.size(); });
  objects::replace(core, core.statics, wanted.objects);
  makeRoom(core);
  if (core.kernelListed && !core.awaitsInheritance) objects::want(core, core.statics);
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
    // What members that were there before make of it at once; their own next change has its own.
    Cause cause;
    cause.kind = CauseKind::configChanged;
    core.groups.push_back({config, State::init, core.now, cause});
  } else {
    at->config = config;
  }
  regroup(core);
  groups::unite(core);
  health::reassessAll(core);
}

void removeGroup(CoreState& core, GroupId id) {
  std::erase_if(core.groups, [&](const Group& each) { return each.config.id == id; });
  regroup(core);
  health::reassessAll(core);
}

}  // namespace failoverd::core::apply
