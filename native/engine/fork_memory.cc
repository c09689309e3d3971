#include "engine/fork_memory.h"

namespace failoverd::engine {

ForkMemory::ForkMemory() : entries_(kMost), chains_(2 * kMost, kNone) {}

void ForkMemory::remember(const core::ProcessForked& fork) {
  forget(fork.pid);
  auto& entry = entries_[next_];
  if (entry.fork.pid != 0) forget(entry.fork.pid);
  auto& first = chains_[chainOf(fork.pid)];
  entry = {fork, first};
  first = static_cast<Place>(next_);
  next_ = (next_ + 1) % kMost;
}

void ForkMemory::forget(std::uint32_t pid) {
  for (auto* place = &chains_[chainOf(pid)]; *place != kNone; place = &entries_[*place].behind) {
    auto& entry = entries_[*place];
    if (entry.fork.pid != pid) continue;
    *place = entry.behind;
    entry = {};
    return;
  }
}

}  // namespace failoverd::engine
