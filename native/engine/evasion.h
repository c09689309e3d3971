#pragma once

#include "base/time.h"

namespace failoverd::engine {

// When to leave a processor. What holds a real-time thread up there (page faults of a guest that
// its hypervisor has to find memory for, a driver, a long section of a kernel that does not
// preempt) mostly belongs to whoever else runs there, and comes again. The kernel itself moves a
// real-time thread only out of the way of another one, and does not know that this one sends
// adverts while its own JavaScript collects garbage.
class Evasion {
 public:
  // A wake by the timer came so late. Whether to go on elsewhere from here on.
  [[nodiscard]] bool wanted(Instant now, Duration late) {
    if (late < kLate || now < next_) return false;
    next_ = now + kStay;
    return true;
  }

 private:
  // Ten times what a wake takes on a machine that is not disturbed.
  static constexpr Duration kLate = Duration::ofMicros(150);
  // Moving costs a wake of another thread, the kernel's for migrations.
  static constexpr Duration kStay = Duration::ofMillis(1000);

  Instant next_;
};

}  // namespace failoverd::engine
