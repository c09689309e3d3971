#pragma once

#include <vector>

#include "core/state.h"

// Interfaces whose ups and downs count only when they last (interface_up_down_delays). What the
// kernel says is kept as it is; this is about what instances and trackers are told.
namespace failoverd::core::link_delays {

void apply(CoreState& core, const std::vector<LinkDelay>& delays);
// Whether the link counts as up. null: there is none.
[[nodiscard]] bool usable(const CoreState& core, const Link* link);
// The link is now as `core.links` has it, and counted as `before` until now.
void onChanged(CoreState& core, const Link& link, bool before);
// An interface that is new counts as it is.
void onAppeared(CoreState& core, const InterfaceName& name);

}  // namespace failoverd::core::link_delays
