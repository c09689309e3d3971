#pragma once

#include <cerrno>

#include "base/result.h"

// Not named after <linux/errno.h>: with -Inative such a file would be found in its place, from
// inside the C library's own <errno.h>. The same holds for every name in /usr/include/linux.
namespace failoverd::os {

// Why a system call failed, as errno(3) numbers it. 0 = it did not.
struct Errno {
  int number = 0;

  static Errno last() { return {errno}; }
  [[nodiscard]] constexpr bool ok() const { return number == 0; }
  // Not now, but once the descriptor is ready again.
  [[nodiscard]] constexpr bool wouldBlock() const { return number == EAGAIN; }
  constexpr bool operator==(const Errno&) const = default;
};

template <class T = Done>
using SysResult = Result<T, Errno>;

}  // namespace failoverd::os
