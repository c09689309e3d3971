#pragma once

#include <cstdint>
#include <string_view>

#include "linux/fd.h"

namespace failoverd::guardian {

// The daemon's lock, an abstract name of AF_UNIX in its network namespace. Who holds it may change
// what is in the kernel: the guardian takes it before it removes anything, and keeps it until it
// ends, so that no new daemon starts meanwhile. A guardian that was frozen, and whose daemon has
// an heir by now, does not get it.
//
// It is bound but does not listen: a daemon that wants to start sees by that who holds it, and
// waits.
class Succession {
 public:
  // Blocks until it is clear whose lock it is: at most two seconds, as a rule not at all. While
  // a child of the dead daemon is between fork and exec it has a copy of the lock.
  static Succession settle(std::string_view name, std::uint32_t daemon);

  // The lock is still in the hands of `daemon`, which is dying. Does not block.
  static bool isStillOf(std::string_view name, std::uint32_t daemon);

  // false: another daemon holds the lock.
  [[nodiscard]] bool mayAct() const { return mayAct_; }

 private:
  bool mayAct_ = false;
  // Node pads the name or does not, depending on its version: both forms are held.
  os::Fd padded_;
  os::Fd exact_;
};

}  // namespace failoverd::guardian
