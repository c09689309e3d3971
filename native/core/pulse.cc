#include "core/pulse.h"

#include <algorithm>

namespace failoverd::core::pulse {
namespace {

void come(CoreState& core, Duration wanted) {
  core.pulse = core.pulse == Duration::zero() ? wanted : std::min(core.pulse, wanted);
}

void comeSoonEnough(CoreState& core) {
  const auto next = core.now + core.pulse;
  if (core.deadlines.armed(core.pulseSlot) && core.deadlines.at(core.pulseSlot) <= next) return;
  core.deadlines.arm(core.pulseSlot, next);
}

}  // namespace

// Every absence of two pulses is noticed. One of downTimerAdverts - 1 intervals can swallow as
// many adverts as make a master count as silent; with down_timer_adverts 1 the loss of a single
// one does, and half an interval must do. In VRRPv3 it is the master's interval that counts.
Duration wantedBy(const Router& router) {
  const auto interval = std::min(router.advertInterval(), router.masterInterval());
  const auto adverts = router.config.downTimerAdverts;
  if (adverts >= 3) return interval;
  return interval / (adverts == 2 ? 2 : 4);
}

void fit(CoreState& core) {
  core.pulseTooOften = false;
  core.pulse = Duration::zero();
  for (const auto& router : core.routers) come(core, wantedBy(*router));
  if (core.routers.empty()) {
    core.deadlines.cancel(core.pulseSlot);
  } else {
    comeSoonEnough(core);
  }
}

void join(CoreState& core, const Router& router) {
  come(core, wantedBy(router));
  comeSoonEnough(core);
}

void follow(CoreState& core, const Router& router, Duration before) {
  const auto wanted = wantedBy(router);
  if (wanted == before) return;
  join(core, router);
  // It may have been the one that it was so often for.
  if (wanted > before && before <= core.pulse) core.pulseTooOften = true;
}

void onDeadline(CoreState& core, Instant due) {
  if (core.pulseTooOften) fit(core);
  if (core.now - due > core.pulse) core.backSince = core.now;
  // Together with what comes sooner, so that nobody is woken for the pulse alone; and in step with
  // what is due at this moment, too, and comes again as regularly.
  const auto other = core.deadlines.earliest();
  const auto step = due + core.pulse;
  const auto latest = core.now < step ? step : core.now + core.pulse;
  core.deadlines.arm(core.pulseSlot, core.now < other ? std::min(other, latest) : latest);
}

}  // namespace failoverd::core::pulse
