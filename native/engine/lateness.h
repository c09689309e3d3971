#pragma once

#include <algorithm>
#include <cstdint>

#include "base/log_histogram.h"
#include "base/time.h"
#include "engine/events.h"

namespace failoverd::engine {

// How late the thread came to its deadlines: measured, reported and never silent (DESIGN law 3).
class Lateness {
 public:
  void add(Duration lateness) {
    histogram_.add(lateness);
    ++wakes_;
    worst_ = std::max(worst_, lateness);
  }

  void tell(LatenessStatus& status) const {
    status.wakes = wakes_;
    status.worst = worst_;
    status.sum = histogram_.sum();
    histogram_.tell(status.buckets);
  }

 private:
  std::uint64_t wakes_ = 0;
  Duration worst_;
  LogHistogram histogram_;
};

}  // namespace failoverd::engine
