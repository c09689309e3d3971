#pragma once

#include <cstdint>
#include <vector>

#include "core/config.h"
#include "core/deadlines.h"
#include "core/inputs.h"

namespace failoverd::core {

// What a tracker says at this moment, to whoever uses it.
struct Reading {
  TrackerStatus status = TrackerStatus::pending;
  std::int32_t value = 0;

  bool operator==(const Reading&) const = default;
};

struct Tracker {
  TrackerConfig config;
  Reading reading;
  // Process trackers: who matches now, sorted.
  std::vector<std::uint32_t> pids;
  Deadlines::Slot delay = 0;
};

// Trackers, and the counting of processes. Every call that may change a reading answers
// whether it did.
class TrackerTable {
 public:
  explicit TrackerTable(Deadlines& deadlines) : deadlines_(deadlines) {}

  void apply(const TrackerConfig& config);
  bool remove(TrackerId id);
  // A report for another revision than the applied one is dropped.
  bool report(const ReportTracker& report);
  bool setProcesses(Instant now, const SetProcesses& processes);
  // A fork of a counted process counts: it is the same program until it calls exec.
  // `changed(id)` is called for every tracker whose reading changed.
  template <class Changed>
  void forked(Instant now, const ProcessForked& fork, Changed changed);
  template <class Changed>
  void exited(Instant now, const ProcessExited& exit, Changed changed);
  // fork_delay or terminate_delay has passed.
  bool delayPassed(TrackerId id);

  [[nodiscard]] const Tracker* find(TrackerId id) const;
  // An unknown tracker is one that has not reported.
  [[nodiscard]] Reading reading(TrackerId id) const;

 private:
  [[nodiscard]] Tracker* findMutable(TrackerId id);
  static bool insertPid(Tracker& tracker, std::uint32_t parent, std::uint32_t pid);
  static bool erasePid(Tracker& tracker, std::uint32_t pid);
  // After the count changed: at once, or after the delay.
  bool recount(Instant now, Tracker& tracker);

  Deadlines& deadlines_;
  std::vector<Tracker> trackers_;
};

template <class Changed>
void TrackerTable::forked(Instant now, const ProcessForked& fork, Changed changed) {
  for (auto& tracker : trackers_) {
    if (!insertPid(tracker, fork.parent, fork.pid)) continue;
    if (recount(now, tracker)) changed(tracker.config.id);
  }
}

template <class Changed>
void TrackerTable::exited(Instant now, const ProcessExited& exit, Changed changed) {
  for (auto& tracker : trackers_) {
    if (!erasePid(tracker, exit.pid)) continue;
    if (recount(now, tracker)) changed(tracker.config.id);
  }
}

}  // namespace failoverd::core
