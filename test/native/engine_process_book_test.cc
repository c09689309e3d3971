#include <vector>

#include "engine/process_book.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

constexpr TrackerId kTracker{7};

struct Book {
  ProcessBook book{std::nullopt};

  Book() {
    core::TrackerConfig config;
    config.id = kTracker;
    config.kind = core::TrackerKind::process;
    book.trackerApplied(config);
  }
  void set(std::vector<std::uint32_t> pids) {
    core::SetProcesses processes;
    processes.tracker = kTracker;
    processes.pids = std::move(pids);
    book.set(processes);
  }
  std::vector<std::uint32_t> found() {
    std::vector<std::uint32_t> pids;
    while (const auto fork = book.nextFound()) pids.push_back(fork->pid);
    return pids;
  }
};

using Pids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a fork is of interest when its parent is watched, and so are its own forks") {
  Book one;
  EXPECT(!one.book.forked(10, 11));
  one.set({10, 11});
  EXPECT((one.found() == Pids{}));
  EXPECT(one.book.forked(11, 12));
  EXPECT(one.book.forked(12, 13));
  EXPECT(!one.book.forked(99, 14));
}

TEST_CASE("children from before a process was named are found, and theirs") {
  Book one;
  one.book.forked(10, 11);
  one.book.forked(11, 12);
  one.book.forked(99, 13);
  one.set({10});
  EXPECT((one.found() == Pids{11, 12}));
  EXPECT(one.book.forked(12, 14));
  SUBCASE("once") {
    one.set({10, 11, 12, 14});
    EXPECT((one.found() == Pids{}));
  }
}

TEST_CASE("a child that executed something since is another program") {
  Book one;
  one.book.forked(10, 11);
  one.book.executed(11);
  one.set({10});
  EXPECT((one.found() == Pids{}));
}

TEST_CASE("the children of a process that had the number before are not found") {
  Book one;
  one.book.forked(10, 11);
  one.book.forked(1, 10);  // another one
  one.book.forked(10, 12);
  one.set({10});
  EXPECT((one.found() == Pids{12}));
}

TEST_CASE("a storm of other forks is forgotten from its beginning") {
  Book one;
  one.book.forked(10, 11);
  for (std::uint32_t pid = 100; pid < 100 + 4096; ++pid) one.book.forked(1, pid);
  one.set({10});
  EXPECT((one.found() == Pids{}));
}

}  // namespace failoverd::engine
