#pragma once

#include "core/state.h"

// What is wrong with an instance, what it waits for, and its effective priority: computed from
// links, trackers and kernel answers whenever one of them changes. Every reason for FAULT
// stands by itself; FAULT ends when the last one is gone.
namespace failoverd::core::health {

// What made somebody look again, for PriorityChanged.
struct Because {
  std::optional<TrackerId> tracker;
  InterfaceName interfaceName;
};

// Finds the interface and the source address anew, listens where needed, and judges.
void locate(CoreState& core, Router& router, const Because& because = {});
// Judges the instance and the other members of its group.
void reassess(CoreState& core, Router& router, const Because& because = {});
void reassessAll(CoreState& core, const Because& because = {});
// Who has no reason for FAULT any more leaves it.
void recoverAll(CoreState& core);
// Those that use this tracker.
void trackerChanged(CoreState& core, TrackerId tracker);

// Something in router.refusals has come true: judges, and tries again after a while.
void refused(CoreState& core, Router& router);
// That while has passed.
void tryAgain(CoreState& core, Router& router);

void onListenResult(CoreState& core, Router& router, std::int32_t errorNumber);
// The link's MTU is not what it was: what was too long for it is tried again.
void onMtuChanged(CoreState& core, IfIndex ifIndex);
void onSendFailed(CoreState& core, Router& router, std::int32_t errorNumber);

// What a former run left behind is removed: somebody else is the master now, or we cannot be.
void removeLeftovers(CoreState& core, Router& router);

// Whether adverts can leave: the interface is there, is up, and has an address.
[[nodiscard]] bool canSend(const CoreState& core, const Router& router);

}  // namespace failoverd::core::health
