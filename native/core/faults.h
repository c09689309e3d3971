#pragma once

#include "core/state.h"

namespace failoverd::core {

// How long a MASTER may be without its macvlan before that is a fault.
inline constexpr auto kVmacGrace = Duration::ofSeconds(1);

// Fills router.health from links, trackers and refusals. The members of a group are told of
// each other's faults by addGroupFaults(), after each has its own.
void assess(const CoreState& core, Router& router);
void addGroupFaults(const CoreState& core, Router& router);
// A fault of this router, as it is told.
[[nodiscard]] Cause causeOf(const Router& router, const Fault& fault);

[[nodiscard]] bool usesTracker(const CoreState& core, const Router& router, TrackerId tracker);

}  // namespace failoverd::core
