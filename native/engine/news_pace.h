#pragma once

#include <cstdint>

#include "base/time.h"

namespace failoverd::engine {

// When the kernel's news (links, addresses, routes) may wake the thread again. To wake for each of
// a stream of them costs more than to read it: after so many, one soon after the other, they wait
// together for a moment. Nobody else waits with them, and no deadline is judged before they are
// read. The stream is over when none came for twice as long.
class NewsPace {
 public:
  // Some were ready at this moment.
  void came(Instant now) {
    streak_ = now - last_ < kPause + kPause ? streak_ + 1 : 0;
    last_ = now;
  }

  // At the latest then they are to be looked for, having come last; in the past: at once.
  [[nodiscard]] Instant next() const { return streak_ < kStream ? last_ : last_ + kPause; }

 private:
  static constexpr std::uint32_t kStream = 8;
  static constexpr Duration kPause = Duration::ofMillis(1);

  // In a row.
  std::uint32_t streak_ = 0;
  Instant last_;
};

}  // namespace failoverd::engine
