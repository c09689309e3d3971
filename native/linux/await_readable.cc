#include "linux/await_readable.h"

#include <poll.h>

#include <cerrno>

#include "linux/clock.h"

namespace failoverd::os {

SysResult<> awaitReadable(int fd, Instant deadline) {
  for (;;) {
    const auto left = deadline - now();
    if (left <= Duration::zero()) return Errno{ETIMEDOUT};
    pollfd readable{fd, POLLIN, 0};
    const int count = ::poll(&readable, 1, static_cast<int>(left.micros / 1000 + 1));
    if (count > 0) return Done{};
    if (count < 0 && errno != EINTR) return Errno::last();
  }
}

}  // namespace failoverd::os
