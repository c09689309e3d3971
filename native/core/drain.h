#pragma once

#include "core/state.h"

// An operator takes an instance out of service, and its MASTER keeps the addresses until another
// one is heard (docs/adr/0004). Where nobody takes over it goes on, unless the operator insists:
// a router that is taken out of service by mistake is as bad as one that dies.
//
// A sync group leaves together: every member says goodbye and lingers, and none goes before all
// of them have been relieved.
namespace failoverd::core::drain {

void begin(CoreState& core, Router& router, const Drain& input);
// A MASTER that lingers has heard an advert of another one.
void relieve(CoreState& core, Router& router);
// Nobody has been heard in time.
void onLimit(CoreState& core, Router& router);
// It has lingered, and something else has ended its time as MASTER.
void afterwards(CoreState& core, Router& router);
// What was under way is waited for no longer, and this has come of it.
void forget(CoreState& core, Router& router, DrainOutcome outcome);
[[nodiscard]] bool underWay(const CoreState& core);

}  // namespace failoverd::core::drain
