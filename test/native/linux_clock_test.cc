#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <string_view>

#include "linux/clock.h"
#include "linux/fd.h"
#include "linux/wakeup.h"
#include "linux_netns.h"
#include "testing.h"

// A machine that has been suspended: the clock that goes on then is ahead of the one that stands
// still. A time namespace has such a machine's clocks.
using namespace failoverd;

namespace {

constexpr std::string_view kSuspended = "boottime 1000000 0\n";
constexpr auto kAhead = Duration::ofSeconds(999'000);

Instant monotonic() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return Instant::ofMicros(now.tv_sec * 1'000'000 + now.tv_nsec / 1000);
}

enum Outcome : int { good, noNamespace, stoodStill, timerStoodStill, timerEarly };

// Only a child of a process that has made one is in a time namespace.
Outcome asSuspended() {
  if (::unshare(CLONE_NEWTIME) != 0) return noNamespace;
  const os::Fd offsets(::open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC));
  if (!offsets.valid()) return noNamespace;
  const auto size = static_cast<ssize_t>(kSuspended.size());
  if (::write(offsets.get(), kSuspended.data(), kSuspended.size()) != size) return noNamespace;
  const auto child = ::fork();
  if (child != 0) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? static_cast<Outcome>(WEXITSTATUS(status)) : stoodStill;
  }
  const auto now = os::now();
  if (now - monotonic() < kAhead) ::_exit(stoodStill);
  auto timer = os::Timer::open();
  if (!timer) ::_exit(timerStoodStill);
  timer.value().arm(now + Duration::ofMillis(200));
  pollfd expiry{timer.value().fd(), POLLIN, 0};
  if (::poll(&expiry, 1, 50) != 0) ::_exit(timerEarly);
  ::_exit(::poll(&expiry, 1, 20'000) == 1 ? good : timerStoodStill);
}

}  // namespace

TEST_CASE("time goes on while a machine is suspended") {
  NEEDS_NAMESPACES();
  // In a process of its own, whose children alone live in that time.
  const auto child = ::fork();
  if (child == 0) ::_exit(asSuspended());
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == noNamespace) {
    DOCTEST_MESSAGE("skipped: this kernel has no time namespaces");
    return;
  }
  EXPECT(WEXITSTATUS(status) == good);
}
