#pragma once

#include "core/state.h"

// When VIPs are announced (gratuitous ARP, unsolicited NA): after the kernel's confirmation,
// again after a while, on a schedule, and after every episode with a second master. The order
// of a burst: for each repetition, each VIP, so that no VIP waits for another's repetitions.
namespace failoverd::core::announcer {

// Became MASTER: nothing to announce yet, but the refresh begins.
void begin(CoreState& core, Router& router);
void end(CoreState& core, Router& router);
// Confirmations have come; when no answer is outstanding, what is new is announced.
void announceNew(CoreState& core, Router& router);
// Every confirmed VIP at once, and again after garp_master_delay.
void announceAll(CoreState& core, Router& router);
// The same for those on this interface, of every MASTER.
void announceOn(CoreState& core, IfIndex ifIndex);
// A weaker master was heard. While it goes on, the bursts are further and further apart.
void afterSecondMaster(CoreState& core, Router& router);
// false: there is nobody on its link to tell.
bool announceOne(CoreState& core, const Router& router, const VirtualAddress& vip);
void onDeadline(CoreState& core, Router& router, Purpose purpose);

}  // namespace failoverd::core::announcer
