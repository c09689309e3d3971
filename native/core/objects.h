#pragma once

#include <optional>

#include "core/state.h"
#include "core/will.h"

// The life of routes, rules and static addresses: as that of virtual addresses (addresses.h),
// but opaque. They follow the addresses when an instance becomes MASTER and go before them. Filters
// are the reverse: they stand whenever an instance does not hold its addresses (RFC 9568 §6.4.2).
namespace failoverd::core::objects {

// From now on the kernel is to have all of them.
void want(CoreState& core, ObjectSet& set);
// The same where another process had them.
void inherit(CoreState& core, ObjectSet& set);
// No longer; in reverse order, so that nothing refers to what is gone already.
void release(CoreState& core, ObjectSet& set);
// Once, unless they are wanted: what a former run of ours left behind is removed. The requests
// name our protocol number, so that nobody else's can be hit.
void removeLeftovers(CoreState& core, ObjectSet& set);
// The wanted list has changed; what is in both stays untouched.
void replace(CoreState& core, ObjectSet& set, const std::vector<ObjectConfig>& wanted);
// Something has happened that takes routes away without a word, as a link that went down does:
// what is wanted is asked for again, and what is still there answers EEXIST.
void assertAll(CoreState& core, ObjectSet& set);
void assertEverywhere(CoreState& core);
// What was refused is asked for again.
void retry(CoreState& core, ObjectSet& set);

void onResult(CoreState& core, const Requests::Target& target, std::int32_t errorNumber);
// Whether a static object stands; nullopt: the kernel has not answered yet.
std::optional<bool> stands(const CoreState& core, const KernelObject& object);
void onRemoved(CoreState& core, const ObjectKey& key);

// Those that stand or may stand before long, in the order in which they would be given up.
void tellWill(const CoreState& core, const ObjectSet& set, WillSink& sink);

}  // namespace failoverd::core::objects
