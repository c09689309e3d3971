#include "linux/pid_watch.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace failoverd::os {
namespace {

// Newer than the C library of some distributions; the number is the same on every architecture.
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

SysResult<Fd> openPid(std::uint32_t pid) {
  const auto fd = ::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U);
  if (fd < 0) return Errno::last();
  return Fd(static_cast<int>(fd));  // close-on-exec from birth
}

// Readable once the last thread of the process has ended, reaped or not.
bool isDead(const Fd& pidFd) {
  pollfd readable{pidFd.get(), POLLIN, 0};
  return ::poll(&readable, 1, 0) > 0;
}

}  // namespace

SysResult<PidWatch> PidWatch::open() {
  Fd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  return PidWatch(std::move(fd));
}

std::vector<PidWatch::Watched>::iterator PidWatch::find(std::uint32_t pid) {
  return std::lower_bound(watched_.begin(), watched_.end(), pid,
                          [](const Watched& watched, std::uint32_t p) { return watched.pid < p; });
}

SysResult<> PidWatch::add(std::uint32_t pid) {
  auto place = find(pid);
  if (place != watched_.end() && place->pid == pid) {
    if (!isDead(place->fd)) return Done{};
    // The number may belong to another process by now.
    drop(place);
    place = find(pid);
  }
  auto fd = openPid(pid);
  if (!fd) return fd.error();
  if (isDead(fd.value())) return Errno{ESRCH};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = pid;
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd.value().get(), &event) != 0) return Errno::last();
  watched_.insert(place, Watched{pid, std::move(fd.value())});
  return Done{};
}

void PidWatch::remove(std::uint32_t pid) {
  const auto place = find(pid);
  if (place != watched_.end() && place->pid == pid) drop(place);
}

void PidWatch::drop(std::vector<Watched>::iterator place) {
  // Closing alone would not take it out of the epoll while a child that was forked a moment ago
  // and has not called exec yet holds a copy.
  ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, place->fd.get(), nullptr);
  watched_.erase(place);
}

std::optional<std::uint32_t> PidWatch::next() {
  for (;;) {
    epoll_event event{};
    const int count = ::epoll_wait(fd_.get(), &event, 1, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    const auto pid = static_cast<std::uint32_t>(event.data.u64);
    const auto place = find(pid);
    if (place == watched_.end() || place->pid != pid) return std::nullopt;
    drop(place);
    return pid;
  }
}

}  // namespace failoverd::os
