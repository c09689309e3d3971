#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/inputs.h"
#include "engine/fork_memory.h"
#include "linux/pid_watch.h"

namespace failoverd::engine {

// The processes that trackers count, and who has died. The kernel is asked about each process when
// TypeScript names it, so that one that died in between is not counted for ever.
class ProcessBook {
 public:
  explicit ProcessBook(std::optional<os::PidWatch> watch) : watch_(std::move(watch)) {}

  [[nodiscard]] int fd() const { return watch_ ? watch_->fd() : -1; }

  // Process trackers exist, so that the news of processes is of interest.
  [[nodiscard]] bool wanted() const { return !trackers_.empty(); }
  void trackerApplied(const core::TrackerConfig& config);
  void trackerRemoved(TrackerId tracker);

  // Watches these processes of the tracker. Those that are dead already go to nextDead().
  void set(const core::SetProcesses& processes);
  // A process has a child. true: the parent is watched, and so is the child from now on.
  bool forked(std::uint32_t parent, std::uint32_t pid);
  // It is no longer what it was forked as.
  void executed(std::uint32_t pid) { forks_.forget(pid); }
  // Children that a process had before set() named it, while TypeScript was finding out what it is:
  // watched since then. Nobody else has to be told of forks, which may be thousands a second.
  std::optional<core::ProcessForked> nextFound();
  std::optional<std::uint32_t> nextDead();

 private:
  struct Tracker {
    TrackerId id;
    std::vector<std::uint32_t> pids;
  };

  Tracker* find(TrackerId id);
  [[nodiscard]] bool counted(std::uint32_t pid) const;
  void watch(std::uint32_t pid);
  void forget(std::uint32_t pid);
  void findChildren(Tracker& tracker, const std::vector<std::uint32_t>& before);

  std::optional<os::PidWatch> watch_;
  std::vector<Tracker> trackers_;
  std::vector<std::uint32_t> dead_;  // named by TypeScript after their death
  ForkMemory forks_;
  std::vector<core::ProcessForked> found_;
};

}  // namespace failoverd::engine
