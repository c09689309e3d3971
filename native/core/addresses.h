#pragma once

#include "core/state.h"
#include "core/will.h"

// The life of virtual addresses: wanted by being MASTER, requested from the kernel, confirmed
// by it or refused, put back when somebody else takes them away, removed at the end.
namespace failoverd::core::addresses {

// MASTER: every address whose interface exists is asked for; one that stands already is asked
// for all the same, because only then does it carry our mark.
void wantAll(CoreState& core, Router& router);
// MASTER: what is not there yet, after the list has changed.
void wantMissing(CoreState& core, Router& router);
// MASTER as before, in another process: what stands is what that one has put there. `announce`: it
// has not told everybody of all of it.
void adopt(CoreState& core, Router& router, bool announce);
// No longer MASTER.
void releaseAll(CoreState& core, Router& router);
// What a former run of ours left behind, when we are not the ones who need it.
void removeLeftovers(CoreState& core, Router& router);
// The wanted list has changed; what is in both stays untouched.
void replace(CoreState& core, Router& router, const std::vector<AddressConfig>& wanted);
// The interface of those that name none.
[[nodiscard]] IfIndex homeOf(const CoreState& core, const Router& router);
// Interfaces came, went or changed their index.
void resolveInterfaces(CoreState& core, Router& router);
// MASTER: what was refused or got lost is asked for again.
void retry(CoreState& core, Router& router);

// The addresses that would have to go if this were the end.
void tellWill(const Router& router, WillSink& sink);

void onResult(CoreState& core, const Requests::Target& target, std::int32_t errorNumber);
void onAppeared(CoreState& core, const LocalAddressAppeared& fact);
void onDuplicate(CoreState& core, const LocalAddressDuplicate& fact);
void onRemoved(CoreState& core, const LocalAddressRemoved& fact);

// Whether the address is one of ours, or will be.
[[nodiscard]] bool isVirtual(const CoreState& core, const IpAddress& address);

}  // namespace failoverd::core::addresses
