#pragma once

#include "core/state.h"

// Virtual addresses that somebody else has put on this host: a hand, networkd, another daemon.
// This host then answers for them as BACKUP, too, so each is told, and once. What the kernel keeps
// of the mark (IFA_PROTO, Linux 5.18) tells ours from theirs.
namespace failoverd::core::foreign_addresses {

// All addresses of an instance, when its list or the kernel's was read anew.
void look(CoreState& core, Router& router);
// The kernel says EEXIST where it was asked for ours.
void onExisting(CoreState& core, const Router& router, VirtualAddress& vip);

void onAppeared(CoreState& core, const LocalAddressAppeared& fact);
void onRemoved(CoreState& core, const LocalAddressRemoved& fact);
void onLinkRemoved(CoreState& core, IfIndex ifIndex);

}  // namespace failoverd::core::foreign_addresses
