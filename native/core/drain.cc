#include "core/drain.h"

#include <algorithm>
#include <utility>

#include "core/election.h"
#include "core/groups.h"
#include "core/health.h"

namespace failoverd::core::drain {
namespace {

void tell(CoreState& core, const Router& router, DrainOutcome outcome) {
  core.outbox.push(DrainEnded{router.id(), outcome});
}

template <class Is>
bool any(CoreState& core, Router& router, Is is) {
  bool found = false;
  groups::forMembers(core, router, [&](const Router& member) { found = found || is(member); });
  return found;
}

bool isWanted(const Router& member) {
  return member.draining.wanted;
}

// Each has its own limit: the one that was named may be removed meanwhile, or leave the group.
void linger(CoreState& core, Router& router, Duration patience) {
  if (router.state != State::master || router.lingers()) return;
  election::sendAdvert(core, router, kGoodbyePriority);
  core.cancel(router, Purpose::advert);
  core.cancel(router, Purpose::triggeredAdvert);
  router.lingering = Lingering::forDrain;
  core.arm(router, Purpose::drainLimit, patience);
}

// What the operator has asked for comes to pass, for all of the group of whom he has asked it.
void takeOut(CoreState& core, Router& router) {
  groups::forMembers(core, router, [](Router& member) {
    if (member.draining.wanted) member.drained = true;
  });
  // FAULT. Who lingers has said goodbye and says nothing more.
  health::reassess(core, router);
  groups::forMembers(core, router, [&](Router& member) {
    core.cancel(member, Purpose::drainLimit);
    if (member.lingering == Lingering::forDrain) member.lingering = Lingering::no;
    if (std::exchange(member.draining, {}).wanted) tell(core, member, DrainOutcome::drained);
  });
}

// Whoever has begun to wait for its skewTime is told that nobody has gone.
void goOn(CoreState& core, Router& router, DrainOutcome outcome) {
  groups::forMembers(core, router, [&](Router& member) {
    const bool lingered = member.lingering == Lingering::forDrain;
    forget(core, member, outcome);
    if (!lingered || member.state != State::master) return;
    member.election.listening = false;
    election::sendAndRestart(core, member);
  });
}

void putBack(CoreState& core, Router& router) {
  if (router.draining.wanted) goOn(core, router, DrainOutcome::cancelled);
  if (!std::exchange(router.drained, false)) return;
  health::reassess(core, router);
}

}  // namespace

void begin(CoreState& core, Router& router, const Drain& input) {
  if (!input.drained) {
    putBack(core, router);
    return;
  }
  if (router.drained) {
    tell(core, router, DrainOutcome::drained);
    return;
  }
  auto& draining = router.draining;
  const bool again = std::exchange(draining.wanted, true);
  draining.insists = draining.insists || input.insist;
  if (router.state != State::master || input.patience <= Duration::zero() ||
      !health::canSend(core, router)) {
    takeOut(core, router);
    return;
  }
  if (again) return;
  groups::forMembers(core, router, [&](Router& member) { linger(core, member, input.patience); });
}

void relieve(CoreState& core, Router& router) {
  if (!any(core, router, isWanted)) {
    goOn(core, router, DrainOutcome::cancelled);
    return;
  }
  router.draining.relieved = true;
  const auto waits = [](const Router& member) {
    return member.lingers() && !member.draining.relieved;
  };
  if (!any(core, router, waits)) takeOut(core, router);
}

void onLimit(CoreState& core, Router& router) {
  if (any(core, router, [](const Router& member) { return member.draining.insists; })) {
    takeOut(core, router);
  } else {
    goOn(core, router, DrainOutcome::nobodyElse);
  }
}

void afterwards(CoreState& core, Router& router) {
  if (router.lingering != Lingering::forDrain || router.drained) return;
  if (router.state == State::init) {
    // Removed, or another virtual router now, which is out of service from its beginning.
    router.drained = router.draining.wanted;
    forget(core, router, DrainOutcome::drained);
    return;
  }
  router.lingering = Lingering::no;
  core.cancel(router, Purpose::drainLimit);
  // Of a group some other member may be the one that was named.
  groups::forMembers(core, router, [&](Router& member) {
    if (member.draining.wanted && !member.drained) takeOut(core, member);
  });
}

void forget(CoreState& core, Router& router, DrainOutcome outcome) {
  core.cancel(router, Purpose::drainLimit);
  if (router.lingering == Lingering::forDrain) router.lingering = Lingering::no;
  if (std::exchange(router.draining, {}).wanted) tell(core, router, outcome);
}

bool underWay(const CoreState& core) {
  return std::any_of(core.routers.begin(), core.routers.end(), [](const auto& router) {
    return router->draining.wanted || router->lingering == Lingering::forDrain;
  });
}

}  // namespace failoverd::core::drain
