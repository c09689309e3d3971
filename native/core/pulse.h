#pragma once

#include "core/state.h"

// The pulse tells that this host was away: a stopped process, a paused or suspended machine.
// Nothing else may be waited for when a machine stands still; the pulse always is.
namespace failoverd::core::pulse {

// How far apart two pulses may be for this instance: by its interval, or that of the master that it
// hears.
[[nodiscard]] Duration wantedBy(const Router& router);
// As often as the most impatient instance needs it: called when any of them may need another one.
void fit(CoreState& core);
// The same when an instance has come and nothing else has changed.
void join(CoreState& core, const Router& router);
// The same when one wants another pulse than `before`. Costs no more where there are thousands,
// since the network decides how often.
void follow(CoreState& core, const Router& router, Duration before);

// `due` is when it should have come.
void onDeadline(CoreState& core, Instant due);

}  // namespace failoverd::core::pulse
