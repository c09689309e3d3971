#pragma once

#include <algorithm>
#include <cstdint>

#include "base/log_histogram.h"
#include "base/time.h"
#include "core/status.h"

namespace failoverd::core {

// How regularly the master that is heard advertises, and how near its silences came to a
// takeover. A silence that did lead to one is not counted: it is told as a transition.
class Arrivals {
 public:
  // The same master was heard `gap` after its last advert. `patience`: after how many missed
  // adverts its silence would have counted (down_timer_adverts).
  void heard(Duration gap, Duration interval, std::uint8_t patience) {
    histogram_.add(gap);
    const auto missed = (gap + interval / 2).micros / interval.micros - 1;
    if (missed < 1) return;
    missed_ += static_cast<std::uint64_t>(missed);
    longest_ = std::max(longest_, static_cast<std::uint64_t>(missed));
    if (missed >= std::max(patience - 1, 1)) ++nearFailovers_;
  }

  void tell(ArrivalStatus& status) const {
    status.missed = missed_;
    status.longestMissed = longest_;
    status.nearFailovers = nearFailovers_;
    status.sum = histogram_.sum();
    histogram_.tell(status.buckets);
  }

 private:
  std::uint64_t missed_ = 0;
  std::uint64_t longest_ = 0;
  std::uint64_t nearFailovers_ = 0;
  LogHistogram histogram_;
};

}  // namespace failoverd::core
