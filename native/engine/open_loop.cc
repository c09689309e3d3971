#include "engine/open_loop.h"

#include <utility>

#include "linux/memory_lock.h"
#include "linux/scheduling.h"

namespace failoverd::engine {

namespace {

// Without real-time scheduling the kernel may wake a thread 50 us late to save power.
constexpr std::uint32_t kTimerSlackNanos = 1;
constexpr std::size_t kStackPrefault = std::size_t{128} * 1024;

Scheduling schedulingOf(os::SchedulingPolicy policy) {
  switch (policy) {
    case os::SchedulingPolicy::normal:
      return Scheduling::normal;
    case os::SchedulingPolicy::roundRobin:
      return Scheduling::roundRobin;
    case os::SchedulingPolicy::fifo:
      return Scheduling::fifo;
    case os::SchedulingPolicy::deadline:
      return Scheduling::deadline;
  }
  UNREACHABLE();
}

// The value, or nothing: a part that the engine can do without.
template <class T>
std::optional<T> orNothing(os::SysResult<T> opened) {
  if (!opened) return std::nullopt;
  return std::move(opened.value());
}

}  // namespace

std::variant<LoopParts, StartFailure> openLoop(const EngineOptions& options,
                                               std::optional<os::ProcessEvents> processes) {
  auto poller = os::Poller::open();
  if (!poller) return StartFailure{"epoll_create", poller.error().number};
  auto timer = os::Timer::open();
  if (!timer) return StartFailure{"timerfd_create", timer.error().number};
  auto monitor = os::NetlinkMonitor::open();
  if (!monitor) return StartFailure{"rtnetlink monitor", monitor.error().number};
  auto requests = os::AddressRequests::open();
  if (!requests) return StartFailure{"rtnetlink requests", requests.error().number};
  std::optional<Heirship> heirship;
  if (const auto& from = options.predecessor) {
    auto opened = Heirship::open(static_cast<int>(from->memory), static_cast<int>(from->line),
                                 static_cast<int>(from->lock));
    if (!opened) return StartFailure{"the predecessor's memory", opened.error().number};
    heirship.emplace(std::move(opened.value()));
  }
  return LoopParts{std::make_unique<os::Poller>(std::move(poller.value())),
                   std::move(timer.value()),
                   std::move(monitor.value()),
                   std::move(requests.value()),
                   orNothing(os::FrameSocket::open()),
                   orNothing(os::PidWatch::open()),
                   std::move(processes),
                   std::move(heirship)};
}

Started takeRights(const EngineOptions& options, const Arena& arena,
                   std::span<const std::uint8_t> willPage) {
  Started started;
  (void)os::setTimerSlack(kTimerSlackNanos);
  (void)os::runOn(options.cpus);
  const auto scheduling = os::becomeRealtime(options.realtimePriority);
  started.scheduling = schedulingOf(scheduling.policy);
  started.realtimePriority = scheduling.priority;
  started.schedulingError = scheduling.error.number;
  os::prefaultStack(kStackPrefault);
  (void)os::keepStackFromChildren();
  if (!options.lockMemory) return started;
  auto locked = os::lockRange(arena.start(), arena.size());
  locked.add(os::lockRange(willPage.data(), willPage.size()));
  locked.add(os::lockStack());
  locked.add(os::lockCode(reinterpret_cast<const void*>(&takeRights)));
  started.lockedBytes = locked.lockedBytes;
  started.lockError = locked.error.number;
  return started;
}

}  // namespace failoverd::engine
