#pragma once

#include "core/state.h"

// notify_gate: who becomes MASTER says so at once, and takes the addresses a little later, when
// what has to be ready before them is (the connections of a firewall). The time is bounded here, so
// that nobody who hangs, and no JavaScript, can keep the addresses away.
namespace failoverd::core::gate {

// Became MASTER: closes the gate where there is one, else asks for the addresses.
void begin(CoreState& core, Router& router);
// Is MASTER no more.
void end(CoreState& core, Router& router);

void onOpenGate(CoreState& core, const OpenGate& command);
void onLimit(CoreState& core, Router& router);

}  // namespace failoverd::core::gate
