#include "core/inheritance.h"

#include <algorithm>
#include <utility>

#include "core/addresses.h"
#include "core/foreign_addresses.h"
#include "core/health.h"
#include "core/objects.h"
#include "core/pulse.h"

namespace failoverd::core::inheritance {
namespace {

CarriedSequence carried(wire::HmacSequence sequence) {
  return {sequence.seconds(), static_cast<std::uint32_t>(sequence.value)};
}

wire::HmacSequence restored(CarriedSequence sequence) {
  return {(std::uint64_t{sequence.seconds} << 32) | sequence.rest};
}

bool unannounced(const VirtualAddress& vip) {
  return vip.state == AddressState::requested || vip.unannounced || vip.owed > 0;
}

CarriedInstance tellOne(const CoreState& core, const Router& router) {
  CarriedInstance told;
  const auto& config = router.config;
  told.name = config.name;
  told.vrid = config.vrid;
  told.family = config.family;
  told.version = config.version;
  told.interfaceName = config.interfaceName;
  told.state = router.state;
  told.since = router.since;
  told.effectivePriority = router.effective();
  for (std::size_t i = 0; i < router.slots.size(); ++i) {
    if (!core.deadlines.armed(router.slots[i])) continue;
    told.deadlines.push_back({static_cast<Purpose>(i), core.deadlines.at(router.slots[i])});
  }
  told.seen = router.seen;
  told.rival = router.rival;
  told.election = router.election;
  told.refusals = router.refusals;
  const auto& auth = router.authenticity;
  told.ahSequence = auth.ahSequence;
  told.signedLast = carried(auth.signedLast);
  for (const auto& [source, newest, heard] : auth.marks) {
    told.marks.push_back({source, carried(newest), heard});
  }
  told.drained = router.drained;
  told.unannounced = std::ranges::any_of(router.addresses, unannounced);
  return told;
}

bool isSame(const InstanceSettings& config, const CarriedInstance& one) {
  return config.name == one.name && config.vrid == one.vrid && config.family == one.family &&
         config.version == one.version && config.interfaceName == one.interfaceName;
}

void takeAuthenticity(Authenticity& auth, const CarriedInstance& one) {
  auth.ahSequence = one.ahSequence;
  auth.signedLast = restored(one.signedLast);
  for (const auto& [source, newest, heard] : one.marks) {
    if (auth.marks.size() == auth.marks.capacity()) break;
    auth.marks.push_back({source, restored(newest), heard});
  }
}

// As it was in the other process; nothing comes of it yet.
void takeOne(CoreState& core, Router& router, const CarriedInstance& one) {
  router.state = one.state;
  router.since = one.since;
  router.cause = {};
  router.cause.kind = CauseKind::carriedOver;
  router.health.effective = one.effectivePriority;
  router.seen = one.seen;
  router.rival = one.rival;
  router.election = one.election;
  router.refusals = one.refusals;
  takeAuthenticity(router.authenticity, one);
  router.drained = one.drained;
  for (const auto& [purpose, at] : one.deadlines) {
    if (static_cast<std::size_t>(purpose) < kInstancePurposes) core.armAt(router, purpose, at);
  }
}

void tellTaken(CoreState& core, const Router& router) {
  core.outbox.push(StateChanged{router.id(), router.state, router.state, router.effective(), false,
                                false, router.cause});
  const auto& seen = router.seen;
  if (router.state == State::master || !seen.address) return;
  core.outbox.push(
      MasterChanged{router.id(), *seen.address, seen.priority, router.masterInterval()});
}

void goOn(CoreState& core, Router& router, const CarriedInstance& one) {
  tellTaken(core, router);
  if (router.state != State::master) return;
  addresses::adopt(core, router, one.unannounced);
  objects::inherit(core, router.objects);
}

}  // namespace

Inherit tell(const CoreState& core) {
  Inherit told;
  for (const auto& router : core.routers) told.instances.push_back(tellOne(core, *router));
  for (const auto& group : core.groups) {
    told.groups.push_back({group.config.name, group.state, group.since});
  }
  if (!core.startupOver) told.startupEnds = core.deadlines.at(core.startupSlot);
  told.backSince = core.backSince;
  return told;
}

void await(CoreState& core) {
  core.awaitsInheritance = true;
}

void take(CoreState& core, const Inherit& carried) {
  if (!std::exchange(core.awaitsInheritance, false)) return;
  core.startupOver = !carried.startupEnds;
  core.deadlines.cancel(core.startupSlot);
  if (carried.startupEnds) core.deadlines.arm(core.startupSlot, *carried.startupEnds);
  core.backSince = carried.backSince;
  std::vector<std::pair<Router*, const CarriedInstance*>> heirs;
  for (const auto& one : carried.instances) {
    const auto at = std::ranges::find_if(
        core.routers, [&](const auto& router) { return isSame(router->config, one); });
    if (at == core.routers.end() || (*at)->state != State::init) continue;
    takeOne(core, **at, one);
    heirs.emplace_back(at->get(), &one);
  }
  for (auto& group : core.groups) {
    const auto one = std::ranges::find(carried.groups, group.config.name, &CarriedGroup::name);
    if (one == carried.groups.end()) continue;
    group.state = one->state;
    group.since = one->since;
    group.cause.kind = CauseKind::carriedOver;
    core.outbox.push(GroupStateChanged{group.config.id, group.state, group.state, group.cause});
  }
  pulse::fit(core);
  for (const auto& [router, one] : heirs) goOn(core, *router, *one);
  for (const auto& router : core.routers) {
    if (router->state != State::master) objects::inherit(core, router->filters);
  }
  if (core.kernelListed) objects::inherit(core, core.statics);
  health::reassessAll(core);
  for (const auto& router : core.routers) foreign_addresses::look(core, *router);
}

}  // namespace failoverd::core::inheritance
