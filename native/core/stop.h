#pragma once

#include "core/state.h"

// The orderly end: goodbyes, everything given back, `Stopped`.
namespace failoverd::core::stop {

void begin(CoreState& core, const Stop& stop);
// An instance that lingered: its addresses go.
void giveBack(CoreState& core, Router& router);
void onLimit(CoreState& core);
// Says `Stopped` when nothing is outstanding any more.
void settle(CoreState& core);

}  // namespace failoverd::core::stop
