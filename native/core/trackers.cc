#include "core/trackers.h"

#include <algorithm>
#include <utility>

namespace failoverd::core {

void TrackerTable::apply(const TrackerConfig& config) {
  if (auto* known = findMutable(config.id)) {
    // The last verdict stands until the first one of the new revision: a reload is no reason
    // for a FAULT or for a hole in the priority.
    if (known->config.kind != config.kind) {
      known->reading = {};
      known->pids.clear();
      deadlines_.cancel(known->delay);
    }
    known->config = config;
    return;
  }
  Tracker tracker;
  tracker.config = config;
  tracker.delay = deadlines_.allocate(Purpose::trackerDelay, config.id.value);
  trackers_.push_back(std::move(tracker));
}

bool TrackerTable::remove(TrackerId id) {
  auto* tracker = findMutable(id);
  if (tracker == nullptr) return false;
  deadlines_.release(tracker->delay);
  std::erase_if(trackers_, [&](const Tracker& each) { return each.config.id == id; });
  return true;
}

bool TrackerTable::report(const ReportTracker& report) {
  auto* tracker = findMutable(report.tracker);
  if (tracker == nullptr || tracker->config.revision != report.revision) return false;
  const Reading reading{report.status, report.value};
  if (tracker->reading == reading) return false;
  tracker->reading = reading;
  return true;
}

bool TrackerTable::setProcesses(Instant now, const SetProcesses& processes) {
  auto* tracker = findMutable(processes.tracker);
  if (tracker == nullptr || tracker->config.revision != processes.revision) return false;
  tracker->pids = processes.pids;
  std::sort(tracker->pids.begin(), tracker->pids.end());
  tracker->pids.erase(std::unique(tracker->pids.begin(), tracker->pids.end()), tracker->pids.end());
  return recount(now, *tracker);
}

bool TrackerTable::delayPassed(TrackerId id) {
  auto* tracker = findMutable(id);
  if (tracker == nullptr) return false;
  const bool wasOk = tracker->reading.status == TrackerStatus::ok;
  tracker->reading.status = wasOk ? TrackerStatus::failed : TrackerStatus::ok;
  return true;
}

const Tracker* TrackerTable::find(TrackerId id) const {
  for (const auto& tracker : trackers_) {
    if (tracker.config.id == id) return &tracker;
  }
  return nullptr;
}

Tracker* TrackerTable::findMutable(TrackerId id) {
  return const_cast<Tracker*>(std::as_const(*this).find(id));  // NOLINT: *this is not const
}

Reading TrackerTable::reading(TrackerId id) const {
  const auto* tracker = find(id);
  return tracker == nullptr ? Reading{} : tracker->reading;
}

bool TrackerTable::insertPid(Tracker& tracker, std::uint32_t parent, std::uint32_t pid) {
  auto& pids = tracker.pids;
  if (!std::binary_search(pids.begin(), pids.end(), parent)) return false;
  const auto at = std::lower_bound(pids.begin(), pids.end(), pid);
  if (at != pids.end() && *at == pid) return false;
  pids.insert(at, pid);
  return true;
}

bool TrackerTable::erasePid(Tracker& tracker, std::uint32_t pid) {
  auto& pids = tracker.pids;
  const auto at = std::lower_bound(pids.begin(), pids.end(), pid);
  if (at == pids.end() || *at != pid) return false;
  pids.erase(at);
  return true;
}

bool TrackerTable::recount(Instant now, Tracker& tracker) {
  const auto& config = tracker.config;
  const auto count = tracker.pids.size();
  const bool healthy = config.quorum <= count && count <= config.quorumMax;
  const auto wanted = healthy ? TrackerStatus::ok : TrackerStatus::failed;
  auto& status = tracker.reading.status;
  if (status == wanted) {
    deadlines_.cancel(tracker.delay);  // a reversal within the delay
    return false;
  }
  const auto delay = healthy ? config.forkDelay : config.terminateDelay;
  // The first count is a fact about what is, not a change that might be undone.
  if (status == TrackerStatus::pending || delay <= Duration::zero()) {
    deadlines_.cancel(tracker.delay);
    status = wanted;
    return true;
  }
  if (!deadlines_.armed(tracker.delay)) deadlines_.arm(tracker.delay, now + delay);
  return false;
}

}  // namespace failoverd::core
