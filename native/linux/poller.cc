#include "linux/poller.h"

#include <cerrno>

namespace failoverd::os {

SysResult<Poller> Poller::open() {
  Fd fd(::epoll_create1(EPOLL_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  return Poller(std::move(fd));
}

SysResult<Done> Poller::watch(int fd, std::uint64_t token) {
  return control(EPOLL_CTL_ADD, fd, EPOLLIN, token);
}

SysResult<Done> Poller::watchOnce(int fd, std::uint64_t token) {
  constexpr std::uint32_t once = EPOLLIN | EPOLLONESHOT;
  const auto again = control(EPOLL_CTL_MOD, fd, once, token);
  if (again || again.error().number != ENOENT) return again;
  return control(EPOLL_CTL_ADD, fd, once, token);
}

SysResult<Done> Poller::control(int operation, int fd, std::uint32_t events, std::uint64_t token) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(fd_.get(), operation, fd, &event) != 0) return Errno::last();
  return Done{};
}

void Poller::forget(int fd) {
  ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

std::span<const std::uint64_t> Poller::wait(int timeoutMillis) {
  const int count =
      ::epoll_wait(fd_.get(), events_.data(), static_cast<int>(events_.size()), timeoutMillis);
  if (count <= 0) return {};
  const auto ready = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < ready; ++i) tokens_[i] = events_[i].data.u64;
  return std::span(tokens_).first(ready);
}

}  // namespace failoverd::os
