// What is remembered of forks, beside a memory that looks through all of them.
#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "engine/fork_memory.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

using Forks = std::vector<core::ProcessForked>;

Forks all(const ForkMemory& memory) {
  Forks forks;
  memory.fromTheOldest([&](const core::ProcessForked& fork) { forks.push_back(fork); });
  return forks;
}

struct Simple {
  // An entry that was forgotten goes on taking its place.
  std::deque<core::ProcessForked> places;

  void remember(const core::ProcessForked& fork) {
    forget(fork.pid);
    places.push_back(fork);
    if (places.size() > ForkMemory::kMost) places.pop_front();
  }
  void forget(std::uint32_t pid) {
    for (auto& place : places) {
      if (place.pid == pid) place = {};
    }
  }
  Forks all() const {
    Forks forks;
    for (const auto& place : places) {
      if (place.pid != 0) forks.push_back(place);
    }
    return forks;
  }
};

bool same(const Forks& a, const Forks& b) {
  return std::ranges::equal(
      a, b, [](const auto& x, const auto& y) { return x.parent == y.parent && x.pid == y.pid; });
}

}  // namespace

TEST_CASE("forks are remembered in order, the oldest are forgotten, and a number is there once") {
  ForkMemory memory;
  Simple simple;
  std::mt19937 random(1);
  // Numbers that end alike, and numbers that are given again.
  const auto draw = [&] { return 1 + random() % 6000 + (random() % 3) * 2 * ForkMemory::kMost; };
  for (int i = 0; i < 30'000; ++i) {
    const auto pid = static_cast<std::uint32_t>(draw());
    if (random() % 4 == 0) {
      memory.forget(pid);
      simple.forget(pid);
    } else {
      const core::ProcessForked fork{static_cast<std::uint32_t>(draw()), pid};
      memory.remember(fork);
      simple.remember(fork);
    }
    if (i % 997 == 0) EXPECT(same(all(memory), simple.all()));
  }
  EXPECT(same(all(memory), simple.all()));
}

}  // namespace failoverd::engine
