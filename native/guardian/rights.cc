#include "guardian/rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string_view>

#include "linux/fd.h"

namespace failoverd::guardian {

void ignoreSignals() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
}

void hideFromOutOfMemory() {
  const os::Fd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return;
  // The least that there is needs CAP_SYS_RESOURCE; without it the daemon's own score stays.
  constexpr std::string_view kLeast = "-1000";
  (void)!::write(file.get(), kLeast.data(), kLeast.size());
}

os::Errno dropRights() {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    if (capability != CAP_NET_ADMIN) ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  sets[0].effective = 1U << CAP_NET_ADMIN;
  sets[0].permitted = 1U << CAP_NET_ADMIN;
  if (::syscall(SYS_capset, &header, sets.data()) != 0) return os::Errno::last();
  return {};
}

}  // namespace failoverd::guardian
