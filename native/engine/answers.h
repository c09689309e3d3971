#pragma once

#include <variant>

#include "core/inputs.h"
#include "engine/queue.h"

namespace failoverd::engine {

// What the kernel said to an action of the core. It reaches the core as an input of its own, after
// all outputs of the call that asked for it have been drained.
using Answer = std::variant<core::AddressResult, core::ListenResult, core::SendFailed>;
using Answers = Queue<Answer>;

}  // namespace failoverd::engine
