#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace failoverd::launcher {

// The last bytes of what a program writes: a failing check says why at its end.
class OutputTail {
 public:
  explicit OutputTail(std::size_t most) : most_(most) {}

  void push(std::span<const std::uint8_t> bytes) {
    total_ += bytes.size();
    const auto kept = bytes.last(std::min(bytes.size(), most_));
    kept_.insert(kept_.end(), kept.begin(), kept.end());
    // Twice as much may be held for a moment, so that not every byte moves all others.
    if (kept_.size() > 2 * most_) trim();
  }

  [[nodiscard]] std::span<const std::uint8_t> bytes() {
    trim();
    return kept_;
  }
  // How many bytes came before these.
  [[nodiscard]] std::uint64_t dropped() const {
    return total_ - std::min<std::uint64_t>(total_, most_);
  }

 private:
  void trim() {
    if (kept_.size() <= most_) return;
    kept_.erase(kept_.begin(), kept_.end() - static_cast<std::ptrdiff_t>(most_));
  }

  std::size_t most_;
  std::vector<std::uint8_t> kept_;
  std::uint64_t total_ = 0;
};

}  // namespace failoverd::launcher
