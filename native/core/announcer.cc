#include "core/announcer.h"

#include <algorithm>
#include <utility>

#include "core/pacing.h"

namespace failoverd::core::announcer {
namespace {

// Bursts against a second master that stays are no rarer than this.
constexpr auto kMostBurstGap = Duration::ofSeconds(60);

// The addresses that `wanted` says, as often as `repeat`.
template <class Wanted>
void announceEach(CoreState& core, Router& router, std::uint32_t repeat, Wanted wanted) {
  const auto due = [&](const VirtualAddress& vip) {
    return vip.state == AddressState::confirmed && !vip.awaitsDad && wanted(vip);
  };
  for (std::uint32_t i = 0; i < repeat; ++i) {
    for (auto& vip : router.addresses) {
      if (!due(vip)) continue;
      if (i == 0 && pacing::owe(core, vip, repeat)) continue;
      if (vip.flow == kNoFlow) announceOne(core, router, vip);
    }
  }
}

void burst(CoreState& core, Router& router, std::uint32_t repeat, bool onlyNew) {
  announceEach(core, router, repeat,
               [&](const VirtualAddress& vip) { return !onlyNew || vip.unannounced; });
  for (auto& vip : router.addresses) vip.unannounced = false;
}

void armRefresh(CoreState& core, Router& router) {
  const auto refresh = router.config.announce.refresh;
  if (refresh > Duration::zero()) core.arm(router, Purpose::announceRefresh, sane(refresh));
}

void armExtra(CoreState& core, Router& router) {
  const auto interval = router.config.announce.extraInterval;
  if (interval > Duration::zero()) core.arm(router, Purpose::announceExtra, sane(interval));
}

// One that goes on is deaf to us, and so is whoever listens to it: telling everybody with each
// of its adverts would be a storm for as long as the network is broken.
bool burstIsDue(const CoreState& core, Router& router, bool goesOn) {
  auto& election = router.election;
  if (!goesOn) election.lowerBurstGap = router.advertInterval();
  const auto last = election.lastLowerBurst;
  if (last && core.now - *last < election.lowerBurstGap) return false;
  if (goesOn) election.lowerBurstGap = std::min(election.lowerBurstGap * 2, kMostBurstGap);
  return true;
}

void armSecondBurst(CoreState& core, Router& router) {
  const auto delay = router.config.announce.delay;
  if (delay > Duration::zero()) core.arm(router, Purpose::announceAgain, delay);
}

}  // namespace

void begin(CoreState& core, Router& router) {
  armRefresh(core, router);
  armExtra(core, router);
}

void end(CoreState& core, Router& router) {
  core.cancel(router, Purpose::announceAgain);
  core.cancel(router, Purpose::announceRefresh);
  core.cancel(router, Purpose::announceLowerAgain);
  core.cancel(router, Purpose::announceExtra);
  pacing::forgive(router);
}

bool announceOne(CoreState& core, const Router& router, const VirtualAddress& vip) {
  const auto* link = core.links.byIndex(vip.ifIndex);
  // Without a link-layer address, or on a link without ARP, there is nobody to tell.
  if (link == nullptr || link->facts.noArp || !link->facts.mac) return false;
  core.outbox.push(Announce{router.id(), vip.ifIndex, vip.config.address, *link->facts.mac});
  return true;
}

void announceNew(CoreState& core, Router& router) {
  if (router.requested != 0) return;
  bool any = false;
  for (const auto& vip : router.addresses) any = any || vip.unannounced;
  if (!any) return;
  burst(core, router, router.config.announce.repeat, true);
  armSecondBurst(core, router);
}

void announceAll(CoreState& core, Router& router) {
  burst(core, router, router.config.announce.repeat, false);
  armSecondBurst(core, router);
}

void announceOn(CoreState& core, IfIndex ifIndex) {
  const auto there = [&](const VirtualAddress& vip) { return vip.ifIndex == ifIndex; };
  for (const auto& router : core.routers) {
    if (router->state != State::master) continue;
    announceEach(core, *router, router->config.announce.repeat, there);
  }
}

void afterSecondMaster(CoreState& core, Router& router) {
  const auto& announce = router.config.announce;
  if (announce.lowerPriorityRepeat == 0) return;
  const auto answered = std::exchange(router.election.lastAnswered, core.now);
  const bool goesOn = answered && core.now - *answered < router.masterDown();
  // The other one may go on announcing until it has heard us: ours is to be the last word.
  const bool delayed = announce.lowerPriorityDelay > Duration::zero();
  auto wait = delayed ? announce.lowerPriorityDelay : router.advertInterval();
  if (goesOn) wait = std::max(wait, router.masterDown());
  core.arm(router, Purpose::announceLowerAgain, wait);
  if (!burstIsDue(core, router, goesOn)) return;
  router.election.lastLowerBurst = core.now;
  burst(core, router, announce.lowerPriorityRepeat, false);
}

void onDeadline(CoreState& core, Router& router, Purpose purpose) {
  const auto& announce = router.config.announce;
  if (purpose == Purpose::announceAgain) burst(core, router, announce.repeat, false);
  if (purpose == Purpose::announceLowerAgain) {
    burst(core, router, announce.lowerPriorityRepeat, false);
  }
  if (purpose == Purpose::announceRefresh) {
    burst(core, router, announce.refreshRepeat, false);
    armRefresh(core, router);
  }
  if (purpose == Purpose::announceExtra) {
    announceEach(core, router, 1,
                 [](const VirtualAddress& vip) { return vip.config.announceExtra; });
    armExtra(core, router);
  }
}

}  // namespace failoverd::core::announcer
