#pragma once

#include "base/time.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// Waits until there is something to read, for those who may wait: nothing on the engine thread
// does. ETIMEDOUT when it is `deadline`, to a millisecond; what poll(2) refuses.
SysResult<> awaitReadable(int fd, Instant deadline);

}  // namespace failoverd::os
