#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace failoverd {

// Counts spans of time by their order of magnitude. Bucket 0 is zero, bucket n is
// [2^(n-1), 2^n) microseconds, and the last one has no upper end. Allocates nothing.
class LogHistogram {
 public:
  static constexpr std::size_t kBuckets = 28;  // the last one begins at 67 seconds

  void add(Duration span) {
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(span.micros, 0));
    const auto bucket = static_cast<std::size_t>(std::bit_width(micros));
    ++counts_[std::min(bucket, kBuckets - 1)];
    sum_ = sum_ + std::max(span, Duration::zero());
  }

  // Into memory that is used again.
  void tell(std::vector<std::uint64_t>& counts) const {
    counts.assign(counts_.begin(), counts_.end());
  }
  [[nodiscard]] Duration sum() const { return sum_; }

 private:
  std::array<std::uint64_t, kBuckets> counts_{};
  Duration sum_;
};

}  // namespace failoverd
