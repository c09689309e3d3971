#pragma once

#include <algorithm>

#include "base/time.h"

namespace failoverd::engine {

// Whether JavaScript is still there (DESIGN law 9). The time is cut into pieces, and only pieces
// that this thread saw pass are counted: after a suspended or paused machine comes back,
// JavaScript has had no chance to speak either.
class SilenceWatch {
 public:
  // Zero: never blind.
  SilenceWatch(Duration limit, Instant now)
      : piece_(std::max(limit / kPieces, Duration::ofMicros(1))),
        next_(limit > Duration::zero() ? now + piece_ : Instant::never()) {}

  [[nodiscard]] Instant deadline() const { return next_; }
  [[nodiscard]] bool blind() const { return silent_ >= kPieces; }

  // `heard`: when JavaScript last spoke. Returns true when blind() changed.
  bool look(Instant now, Instant heard) {
    if (next_ == Instant::never()) return false;
    const bool before = blind();
    if (heard > lastHeard_) {
      lastHeard_ = heard;
      silent_ = 0;
      next_ = now + piece_;
    } else if (now >= next_) {
      silent_ = std::min(silent_ + 1, kPieces);
      next_ = now + piece_;
    }
    return blind() != before;
  }

 private:
  static constexpr int kPieces = 8;

  Duration piece_;
  Instant next_;
  Instant lastHeard_;
  int silent_ = 0;
};

}  // namespace failoverd::engine
