#pragma once

#include <sys/types.h>

namespace failoverd::os {

// Takes what is left of a child that has ended. Does not block; false: it is no child of this
// process, or has not ended.
bool reap(pid_t child);

}  // namespace failoverd::os
