#pragma once

#include <ctime>

#include "base/time.h"

namespace failoverd::os {

// CLOCK_BOOTTIME: goes on while the machine is suspended, is never set.
Instant now();

// UTC since 1970 less now(); changes when the wall clock is set or slewed.
Duration utcOffset();

// Turns the kernel's receive time stamps, which are wall-clock time, into instants. Sampled
// before each batch. A wall clock that was set between two samples makes the stamps around it
// worthless: that batch counts as received now, which at worst keeps a master alive a moment
// longer. So does a stamp that comes out in the future.
class StampClock {
 public:
  StampClock() { sample(); }

  void sample();
  [[nodiscard]] Instant at(const timespec& wallClock) const;
  // When it was sampled.
  [[nodiscard]] Instant sampledAt() const { return boot_; }

 private:
  void learn(Instant boot, std::int64_t wallMicros);
  friend struct StampClockProbe;  // tests feed it a wall clock of their own

  Instant boot_;
  std::int64_t wallMinusBoot_ = 0;
  bool known_ = false;
  bool wasSet_ = false;  // the wall clock, since the sample before the last one
};

}  // namespace failoverd::os
