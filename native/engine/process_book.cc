#include "engine/process_book.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace failoverd::engine {

void ProcessBook::trackerApplied(const core::TrackerConfig& config) {
  if (config.kind != core::TrackerKind::process || find(config.id) != nullptr) return;
  trackers_.push_back({config.id, {}});
}

void ProcessBook::trackerRemoved(TrackerId tracker) {
  auto* found = find(tracker);
  if (found == nullptr) return;
  const auto pids = std::move(found->pids);
  std::erase_if(trackers_, [&](const Tracker& one) { return one.id == tracker; });
  for (const auto pid : pids) forget(pid);
}

void ProcessBook::set(const core::SetProcesses& processes) {
  auto* tracker = find(processes.tracker);
  if (tracker == nullptr) return;
  const auto before = std::exchange(tracker->pids, processes.pids);
  for (const auto pid : processes.pids) watch(pid);
  findChildren(*tracker, before);
  for (const auto pid : before) forget(pid);
}

void ProcessBook::findChildren(Tracker& tracker, const std::vector<std::uint32_t>& before) {
  const auto isIn = [](const std::vector<std::uint32_t>& pids, std::uint32_t pid) {
    return std::ranges::find(pids, pid) != pids.end();
  };
  auto fresh = tracker.pids;
  std::erase_if(fresh, [&](std::uint32_t pid) { return isIn(before, pid); });
  if (fresh.empty()) return;
  std::vector<core::ProcessForked> children;
  // The children of children are found too.
  forks_.fromTheOldest([&](const core::ProcessForked& fork) {
    // What had this number before has had other children.
    std::erase_if(children, [&](auto& one) { return one.parent == fork.pid; });
    if (!isIn(fresh, fork.parent) || isIn(tracker.pids, fork.pid)) return;
    children.push_back(fork);
    fresh.push_back(fork.pid);
  });
  for (const auto& child : children) {
    tracker.pids.push_back(child.pid);
    watch(child.pid);
    found_.push_back(child);
  }
}

std::optional<core::ProcessForked> ProcessBook::nextFound() {
  if (found_.empty()) return std::nullopt;
  const auto first = found_.front();
  found_.erase(found_.begin());
  return first;
}

bool ProcessBook::forked(std::uint32_t parent, std::uint32_t pid) {
  forks_.remember({parent, pid});
  bool known = false;
  for (auto& tracker : trackers_) {
    if (std::ranges::find(tracker.pids, parent) == tracker.pids.end()) continue;
    tracker.pids.push_back(pid);
    known = true;
  }
  if (known) watch(pid);
  return known;
}

std::optional<std::uint32_t> ProcessBook::nextDead() {
  std::optional<std::uint32_t> pid;
  if (!dead_.empty()) {
    pid = dead_.back();
    dead_.pop_back();
  } else if (watch_) {
    pid = watch_->next();
  }
  if (!pid) return std::nullopt;
  for (auto& tracker : trackers_) std::erase(tracker.pids, *pid);
  return pid;
}

ProcessBook::Tracker* ProcessBook::find(TrackerId id) {
  const auto found = std::ranges::find(trackers_, id, &Tracker::id);
  return found == trackers_.end() ? nullptr : &*found;
}

bool ProcessBook::counted(std::uint32_t pid) const {
  return std::ranges::any_of(trackers_, [&](const Tracker& tracker) {
    return std::ranges::find(tracker.pids, pid) != tracker.pids.end();
  });
}

// Where a process cannot be watched for another reason (no descriptors, an old kernel),
// TypeScript's own listings are what is left.
void ProcessBook::watch(std::uint32_t pid) {
  if (!watch_) return;
  const auto added = watch_->add(pid);
  if (!added && added.error().number == ESRCH) dead_.push_back(pid);
}

void ProcessBook::forget(std::uint32_t pid) {
  if (watch_ && !counted(pid)) watch_->remove(pid);
}

}  // namespace failoverd::engine
