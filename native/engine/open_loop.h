#pragma once

#include <optional>
#include <span>
#include <variant>

#include "engine/engine.h"

namespace failoverd::engine {

// Opens what the loop needs; called on the engine's own thread, so that all memory comes from that
// thread's arena and all descriptors from its network namespace.
std::variant<LoopParts, StartFailure> openLoop(const EngineOptions& options,
                                               std::optional<os::ProcessEvents> processes);

// Asks for the scheduling and the memory that the options want, for the calling thread, and says
// what it got.
Started takeRights(const EngineOptions& options, const Arena& arena,
                   std::span<const std::uint8_t> willPage);

}  // namespace failoverd::engine
