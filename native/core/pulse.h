#pragma once

#include "core/state.h"

// The pulse tells that this host was away: a stopped process, a paused or suspended machine.
// Nothing else may be waited for when a machine stands still; the pulse always is.
namespace failoverd::core::pulse {

// As often as the most impatient instance needs it: called when an interval changes, its own or
// that of the master that it hears.
void fit(CoreState& core);
// The same when an instance has come and nothing else has changed.
void join(CoreState& core, const Router& router);

// `due` is when it should have come.
void onDeadline(CoreState& core, Instant due);

}  // namespace failoverd::core::pulse
