#include "engine/ruleset_watch.h"

#include <utility>

namespace failoverd::engine {
namespace {

// Nobody is woken twice within it.
constexpr Duration kRest = Duration::ofMillis(20);

}  // namespace

int RulesetWatch::begin(Instant now) {
  if (monitor_) return 0;
  auto opened = os::RulesetMonitor::open();
  if (!opened) return opened.error().number;
  monitor_ = std::move(opened.value());
  // What changed before this was not heard.
  events_.push(now, RulesetChanged{});
  readAt_ = now;
  return 0;
}

int RulesetWatch::read(Instant now, bool ready) {
  if (!monitor_ || (!ready && now < readAt_)) return 0;
  readAt_ = now + kRest;
  std::optional<os::RulesetChange> told;
  for (;;) {
    const auto change = monitor_->next();
    if (!change) return change.error().number;  // tried again
    if (!change.value()) break;
    if (!told) told = change.value();
    if (told->program != change.value()->program) told->program = {};
  }
  if (told) {
    const auto program = core::ProgramName::from(told->program.view());
    events_.push(now, RulesetChanged{program.value_or(core::ProgramName())});
    return 0;
  }
  readAt_ = Instant::never();
  const auto watched = poller_.watchOnce(monitor_->fd(), token_);
  return watched ? 0 : watched.error().number;
}

}  // namespace failoverd::engine
