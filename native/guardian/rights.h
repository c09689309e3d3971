#pragma once

#include "linux/sys_error.h"

// What makes the guardian hard to kill and harmless. Where something is refused it goes on without.
namespace failoverd::guardian {

// No signal ends it but SIGKILL.
void ignoreSignals();

// Keeps CAP_NET_ADMIN, by which addresses are removed, and gives up the rest for good. Returns why
// that was refused.
os::Errno dropRights();

}  // namespace failoverd::guardian
