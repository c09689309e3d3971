#include "linux/enter_namespace.h"

#include <fcntl.h>
#include <sched.h>

#include <string>

namespace failoverd::os {

SysResult<Fd> openNetNamespace(std::string_view nameOrPath) {
  if (nameOrPath.empty()) return Errno{ENOENT};
  std::string path(nameOrPath);
  if (nameOrPath.find('/') == std::string_view::npos) path.insert(0, "/run/netns/");
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  return fd;
}

SysResult<Fd> currentNetNamespace() {
  return openNetNamespace("/proc/thread-self/ns/net");
}

SysResult<> enterNetNamespace(const Fd& netNamespace) {
  // EINVAL: the file is none.
  if (::setns(netNamespace.get(), CLONE_NEWNET) != 0) return Errno::last();
  return Done{};
}

SysResult<> enterNetNamespace(std::string_view nameOrPath) {
  const auto fd = openNetNamespace(nameOrPath);
  if (!fd) return fd.error();
  return enterNetNamespace(fd.value());
}

}  // namespace failoverd::os
