#pragma once

#include <string_view>

#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// A network namespace by its name (under /run/netns, as `ip netns` keeps them) or, when there
// is a slash in it, by path. ENOENT when there is none.
SysResult<Fd> openNetNamespace(std::string_view nameOrPath);

// The namespace that the calling thread is in.
SysResult<Fd> currentNetNamespace();

// Moves the calling thread alone (setns(2)). Sockets opened before stay where they were.
SysResult<> enterNetNamespace(const Fd& netNamespace);
SysResult<> enterNetNamespace(std::string_view nameOrPath);

}  // namespace failoverd::os
