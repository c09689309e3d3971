#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/inputs.h"

namespace failoverd::engine {

// The latest forks of the machine: seconds of them in the worst storm. It is asked at every fork
// and every exec, so a number is found at once, and nothing is allocated after the construction.
class ForkMemory {
 public:
  static constexpr std::size_t kMost = 4096;

  ForkMemory();

  // The oldest is forgotten for it, and what bore the same number before.
  void remember(const core::ProcessForked& fork);
  // It is no longer what it was forked as.
  void forget(std::uint32_t pid);

  template <class Visit>
  void fromTheOldest(Visit visit) const {
    for (std::size_t i = 0; i < kMost; ++i) {
      const auto& fork = entries_[(next_ + i) % kMost].fork;
      if (fork.pid != 0) visit(fork);
    }
  }

 private:
  using Place = std::uint16_t;
  static constexpr Place kNone = 0xffff;
  static_assert(kMost <= kNone);

  // Those whose numbers end alike are in one chain. The kernel counts numbers up, so that it is
  // seldom longer than one.
  struct Entry {
    core::ProcessForked fork;  // no entry: pid 0
    Place behind = kNone;
  };
  static std::size_t chainOf(std::uint32_t pid) { return pid % (2 * kMost); }

  std::vector<Entry> entries_;  // a ring
  std::vector<Place> chains_;
  std::size_t next_ = 0;
};

}  // namespace failoverd::engine
