// failoverd-launcher: runs the scripts of a daemon, so that the daemon never forks (docs/adr/0008).
//
//   failoverd-launcher
//     descriptor 3  a line to the daemon (line.h): requests come in, reports go out
//
// It is small, so that a fork costs little, and does nothing but fork, wait and count time. It ends
// when the daemon's end of the line is closed, after it has ended what still ran. Signals do
// nothing to it: who stops the daemon stops the scripts.
//
// Exit status: 0 the daemon has gone, 1 it could not begin.

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "launcher/launcher.h"
#include "linux/child_shield.h"

namespace failoverd::launcher {
namespace {

constexpr int kLineFd = 3;

// Programs get rights from their user alone: root's where root is asked for.
void keepRightsFromPrograms() {
  os::shieldChildren();
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return;
  for (auto& set : sets) set.inheritable = 0;
  ::syscall(SYS_capset, &header, sets.data());
}

int launch() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  keepRightsFromPrograms();
  auto launcher = Launcher::open(kLineFd);
  if (!launcher) {
    const auto* reason = std::strerror(launcher.error().number);
    std::fprintf(stderr, "failoverd-launcher is started by failoverd: %s\n", reason);
    return 1;
  }
  launcher.value().serve();
  return 0;
}

}  // namespace
}  // namespace failoverd::launcher

int main() {
  return failoverd::launcher::launch();
}
