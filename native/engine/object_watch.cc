#include "engine/object_watch.h"

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "engine/protocol.h"

namespace failoverd::engine {
namespace {

core::ObjectKind kindOf(os::ObjectGone::What what) {
  switch (what) {
    case os::ObjectGone::What::route:
      return core::ObjectKind::route;
    case os::ObjectGone::What::rule:
      return core::ObjectKind::rule;
    case os::ObjectGone::What::filter:
      return core::ObjectKind::filter;
  }
  UNREACHABLE();
}

}  // namespace

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
    protocol.input(
        now, core::ObjectRemoved{{kindOf(what.what), what.destination.family(), what.destination,
                                  what.prefixLength, what.table, what.priority}});
  }
  return std::exchange(error_, 0);
}

}  // namespace failoverd::engine
