#pragma once

#include "core/acceptance.h"
#include "core/state.h"
#include "core/transition.h"

// Carries out what the state table decides: entry and exit of states, the deadlines, the
// adverts. The table (transition.cc) says what, this says how.
namespace failoverd::core::election {

// Something has happened to the instance. Afterwards its state, its deadlines and the rest of
// its group are as the table wants them.
void happen(CoreState& core, Router& router, Happening happening, Cause cause);

// An accepted advert.
void hear(CoreState& core, Router& router, const HeardAdvert& advert);

// `due` is when the deadline should have been judged.
void onDeadline(CoreState& core, Router& router, Purpose purpose, Instant due);

// Whether it is the better of the two: the higher priority, then the higher address.
[[nodiscard]] bool outranks(const Router& router, Priority priority, const IpAddress& address);

// The effective priority has changed from `before`.
void priorityChanged(CoreState& core, Router& router, Priority before);

// The own interval counts again (RFC 9568 §6.1, Active_Adver_Interval).
void forgetMaster(CoreState& core, Router& router);

// Preemption is not wanted any more: the weaker master that was being waited out will do.
void stopPreempting(CoreState& core, Router& router);

// One advert to every destination, and nothing when none can leave. The schedule of regular
// adverts stays as it is.
void sendAdvert(CoreState& core, Router& router, Priority priority);
// Asks the kernel whether adverts can leave, with one that means nothing to who hears it. A refusal
// comes as SendFailed. Sets router.refusals.probing unless there is nothing to send from.
void sendProbe(CoreState& core, Router& router);
// An advert with the effective priority; the next regular one is due an interval from now.
void sendAndRestart(CoreState& core, Router& router);

// MASTER stays MASTER and says so again to notify.
void tellAgain(CoreState& core, Router& router, const Cause& cause);

}  // namespace failoverd::core::election
