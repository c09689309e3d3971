#pragma once

#include "core/state.h"

// The orderly end: goodbyes, everything given back, `Stopped`.
namespace failoverd::core::stop {

void begin(CoreState& core, const Stop& stop);
// An instance that lingered: its addresses go.
void giveBack(CoreState& core, Router& router);
// `due`: when the limit was reached; now is later for a process that was away.
void onLimit(CoreState& core, Instant due);
// Says `Stopped` when nothing is outstanding any more.
void settle(CoreState& core);

}  // namespace failoverd::core::stop
