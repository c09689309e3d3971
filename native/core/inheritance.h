#pragma once

#include "core/state.h"

// A hand-over between two processes (docs/adr/0010): what one core knew, another one goes on with.
// No transition, no advert and no announcement comes of it.
namespace failoverd::core::inheritance {

// Everything that an heir has to know.
[[nodiscard]] Inherit tell(const CoreState& core);

// The configuration may be told, and the kernel's facts; nothing is judged, sent or asked for, and
// nothing is heard, until there is something to inherit.
void await(CoreState& core);

// Instances that are configured here and were there go on as they were; others begin as ever.
// Nothing, unless it is awaited.
void take(CoreState& core, const Inherit& carried);

}  // namespace failoverd::core::inheritance
