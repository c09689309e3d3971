#pragma once

#include <cstdint>
#include <vector>

#include "core/state.h"

// Announcements that leave one at a time (garp_interval, gna_interval). A burst on a limited
// interface is not sent but owed: each address remembers how many are, and its flow pays back
// one after the other, in rounds, so that no address waits for another's repetitions. Two
// bursts that overlap are the longer one. Who is MASTER no longer owes nothing.
namespace failoverd::core::pacing {

// In place of the limits so far.
void apply(CoreState& core, const std::vector<AnnounceLimit>& limits);
// The addresses of the instance have changed.
void assign(CoreState& core, Router& router);
// false: it is not limited, and nothing was noted.
bool owe(CoreState& core, VirtualAddress& vip, std::uint32_t times);
void forgive(Router& router);
// `flow`: index into CoreState::flows.
void onDeadline(CoreState& core, std::uint32_t flow);

}  // namespace failoverd::core::pacing
