#include "core/stop.h"

#include <algorithm>
#include <utility>

#include "core/apply.h"
#include "core/drain.h"
#include "core/election.h"
#include "core/health.h"
#include "core/objects.h"
#include "core/transition.h"

namespace failoverd::core::stop {
namespace {

// The kernel answers at once or not at all.
constexpr auto kPatienceWithKernel = Duration::ofSeconds(1);
// Who comes so late to a limit was away and has not listened to the kernel: what was handed to it
// only now, for an advert that came long ago, has not been answered yet.
constexpr auto kAway = kPatienceWithKernel / 10;

Cause causeOf() {
  Cause cause;
  cause.kind = CauseKind::stopping;
  return cause;
}

void cancelAll(CoreState& core, const Router& router) {
  for (const auto slot : router.slots) core.deadlines.cancel(slot);
}

void linger(CoreState& core, Router& router) {
  election::sendAdvert(core, router, kGoodbyePriority);
  cancelAll(core, router);
  router.lingering = Lingering::forStop;
}

bool anyLingers(const CoreState& core) {
  return std::any_of(core.routers.begin(), core.routers.end(),
                     [](const auto& router) { return router->lingers(); });
}

void lingerNoLonger(CoreState& core) {
  for (const auto& router : core.routers) {
    if (router->lingers()) giveBack(core, *router);
  }
}

}  // namespace

void begin(CoreState& core, const Stop& stop) {
  if (core.stopping) {
    // Once more, and in a hurry: nobody is waited for any longer.
    if (stop.linger <= Duration::zero()) lingerNoLonger(core);
    return;
  }
  core.stopping = stop;
  // What stands is another process's.
  if (core.awaitsInheritance) core.stopping->release = false;
  core.deadlines.cancel(core.startupSlot);
  core.deadlines.cancel(core.pulseSlot);
  core.deadlines.cancel(core.staticsSlot);
  for (const auto& router : core.routers) {
    drain::forget(core, *router, DrainOutcome::cancelled);
    if (!core.stopping->release) {
      cancelAll(core, *router);
      apply::unlisten(core, *router);
    } else if (router->state == State::master && stop.linger > Duration::zero()) {
      linger(core, *router);
    } else {
      giveBack(core, *router);
    }
  }
  const auto limit = anyLingers(core) ? stop.linger : kPatienceWithKernel;
  core.deadlines.arm(core.stopSlot, core.now + limit);
}

void giveBack(CoreState& core, Router& router) {
  election::happen(core, router, Happening::withdrawn, causeOf());
  objects::release(core, router.filters);
  health::removeLeftovers(core, router);
  apply::unlisten(core, router);
  cancelAll(core, router);
  const bool lastToLinger =
      std::exchange(router.lingering, Lingering::no) != Lingering::no && !anyLingers(core);
  // The limit of the waiting for a master is none for the kernel.
  if (lastToLinger) core.deadlines.arm(core.stopSlot, core.now + kPatienceWithKernel);
}

void onLimit(CoreState& core, Instant due) {
  if (anyLingers(core)) return lingerNoLonger(core);
  if (core.now - due >= kAway) {
    core.deadlines.arm(core.stopSlot, core.now + kPatienceWithKernel);
    return;
  }
  core.stopped = true;
  core.outbox.push(Stopped{});
}

void settle(CoreState& core) {
  if (!core.stopping || core.stopped || anyLingers(core)) return;
  // They were there before any instance and go after the last one.
  if (core.stopping->release && core.statics.wanted) objects::release(core, core.statics);
  if (core.stopping->release && core.requests.openCount() != 0) return;
  core.stopped = true;
  core.deadlines.cancel(core.stopSlot);
  core.outbox.push(Stopped{});
}

}  // namespace failoverd::core::stop
