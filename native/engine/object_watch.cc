#include "engine/object_watch.h"

#include <cerrno>
#include <utility>

#include "engine/protocol.h"

namespace failoverd::engine {

void ObjectWatch::begin() {
  if (std::exchange(begun_, true)) return;
  auto opened = os::ObjectMonitor::open();
  if (!opened) {
    error_ = opened.error().number;
    return;
  }
  monitor_ = std::move(opened.value());
  const auto watched = poller_.watch(monitor_->fd(), token_);
  if (!watched) error_ = watched.error().number;
}

int ObjectWatch::read(Instant now, Protocol& protocol) {
  while (monitor_) {
    const auto gone = monitor_->next();
    if (!gone && gone.error().number == ENOBUFS) {
      protocol.input(now, core::ObjectsUncertain{});
      continue;
    }
    if (!gone) return gone.error().number;
    if (!gone.value()) break;
    const auto& what = *gone.value();
    const auto kind = what.rule ? core::ObjectKind::rule : core::ObjectKind::route;
    protocol.input(now, core::ObjectRemoved{{kind, what.destination.family(), what.destination,
                                             what.prefixLength, what.table, what.priority}});
  }
  return std::exchange(error_, 0);
}

}  // namespace failoverd::engine
