#include <vector>

#include "core/trackers.h"
#include "testing.h"

// Counting processes: quorum, delays, forks.
using namespace failoverd;
using namespace failoverd::core;

namespace {

struct Bench {
  Deadlines deadlines;
  TrackerTable table{deadlines};
  Instant now = Instant::ofMicros(1'000'000);
  std::vector<TrackerId> changed;

  explicit Bench(const TrackerConfig& config) { table.apply(config); }

  void set(std::vector<std::uint32_t> pids) {
    table.setProcesses(now, {TrackerId{1}, Revision{1}, std::move(pids)});
  }
  void exited(std::uint32_t pid) {
    table.exited(now, {pid}, [&](TrackerId id) { changed.push_back(id); });
  }
  void forked(std::uint32_t parent, std::uint32_t pid) {
    table.forked(now, {parent, pid}, [&](TrackerId id) { changed.push_back(id); });
  }
  void pass(Duration time) {
    now = now + time;
    while (const auto due = deadlines.takeDue(now)) table.delayPassed(TrackerId{due->owner});
  }
  TrackerStatus status() const { return table.reading(TrackerId{1}).status; }
};

TrackerConfig processes(std::uint32_t quorum = 1, std::uint32_t most = 0xffffffff) {
  TrackerConfig config;
  config.id = TrackerId{1};
  config.revision = Revision{1};
  config.kind = TrackerKind::process;
  config.quorum = quorum;
  config.quorumMax = most;
  return config;
}

}  // namespace

TEST_CASE("quorum <= count <= quorum_max is well") {
  Bench bench(processes(2, 3));
  EXPECT(bench.status() == TrackerStatus::pending);
  bench.set({10});
  EXPECT(bench.status() == TrackerStatus::failed);
  bench.set({10, 11, 11});
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.set({10, 11, 12, 13});
  EXPECT(bench.status() == TrackerStatus::failed);
}

TEST_CASE("quorum_max 0: the process must not run") {
  Bench bench(processes(0, 0));
  bench.set({});
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.set({10});
  EXPECT(bench.status() == TrackerStatus::failed);
}

TEST_CASE("the fork of a counted process counts, and every exit is counted off") {
  Bench bench(processes(2));
  bench.set({10});
  bench.forked(99, 11);
  EXPECT(bench.status() == TrackerStatus::failed);
  bench.forked(10, 11);
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.exited(10);
  EXPECT(bench.status() == TrackerStatus::failed);
  EXPECT(bench.changed.size() == 2);
  bench.exited(77);
  EXPECT(bench.changed.size() == 2);
}

TEST_CASE("terminate_delay and fork_delay; a reversal within them is not seen") {
  auto config = processes();
  config.terminateDelay = Duration::ofMillis(300);
  config.forkDelay = Duration::ofMillis(200);
  Bench bench(config);
  bench.set({10});
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.exited(10);
  bench.pass(Duration::ofMillis(200));
  bench.set({12});
  bench.pass(Duration::ofSeconds(1));
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.exited(12);
  bench.pass(Duration::ofMillis(300));
  EXPECT(bench.status() == TrackerStatus::failed);
  bench.set({13});
  EXPECT(bench.status() == TrackerStatus::failed);
  bench.pass(Duration::ofMillis(200));
  EXPECT(bench.status() == TrackerStatus::ok);
}

TEST_CASE("a report or a count for another revision is dropped") {
  Bench bench(processes());
  bench.table.setProcesses(bench.now, {TrackerId{1}, Revision{2}, {10}});
  EXPECT(bench.status() == TrackerStatus::pending);
  EXPECT(!bench.table.report({TrackerId{1}, Revision{9}, TrackerStatus::ok, 0}));
  EXPECT(bench.table.report({TrackerId{1}, Revision{1}, TrackerStatus::failed, 0}));
  EXPECT(!bench.table.report({TrackerId{1}, Revision{1}, TrackerStatus::failed, 0}));
}

TEST_CASE("a new revision keeps the last verdict until it has one of its own") {
  Bench bench(processes());
  bench.set({10});
  auto changed = processes(2);
  changed.revision = Revision{2};
  bench.table.apply(changed);
  EXPECT(bench.status() == TrackerStatus::ok);
  bench.table.setProcesses(bench.now, {TrackerId{1}, Revision{2}, {10}});
  EXPECT(bench.status() == TrackerStatus::failed);
}
