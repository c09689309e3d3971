#pragma once

#include "core/acceptance.h"
#include "core/state.h"
#include "core/will.h"

// What an instance does because it is MASTER: its adverts and their schedule, and how it meets
// other masters.
namespace failoverd::core::mastership {

// Entry and exit of MASTER.
void begin(CoreState& core, Router& router);
void end(CoreState& core, Router& router, bool goodbye);

// Silent for longer than its peers wait, by being stopped, starved or suspended: one of them
// has taken over by now.
[[nodiscard]] bool wasAway(const CoreState& core, const Router& router);

// The deadline of the regular advert, and the two things that it may lead to.
void advertDue(CoreState& core, Router& router, Instant due);
void regularAdvert(CoreState& core, Router& router);
void listenFirst(CoreState& core, Router& router);

// RFC 9568 §6.4.3: what another master says is answered with an advert at once. Whoever says it
// again and again is answered no sooner than 1/256 of an interval after the last advert, one for
// all: the shortest skewTime of a backup is twice that. Else a flood would be sent on to every
// peer.
void answer(CoreState& core, Router& router);

// A weaker master was heard: everybody is told that it is not the one.
void assertMastership(CoreState& core, Router& router, const Cause& cause);

// Triggered adverts (docs/adr/0001): a changed priority is told at once, but not more often
// than four times in an interval. The schedule of regular adverts stays.
void priorityChanged(CoreState& core, Router& router);
void triggeredAdvert(CoreState& core, Router& router);

// Two address owners, which only a wrong configuration makes. The higher address tells the
// other, waits, and gives way when it goes on (keepalived 2.3.3).
[[nodiscard]] bool rivalInsists(CoreState& core, Router& router, const HeardAdvert& advert);
void yieldOwnership(CoreState& core, Router& router, const HeardAdvert& advert);
void forgiveRival(CoreState& core, Router& router, const HeardAdvert& advert);

// The goodbyes that would be due if `now` were the end. Returns until when they are good.
Instant tellWill(const CoreState& core, Router& router, Instant now, WillSink& sink);

}  // namespace failoverd::core::mastership
