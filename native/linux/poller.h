#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// Waits for descriptors to become readable; each is known by a token of the caller's.
class Poller {
 public:
  static constexpr std::size_t kMaxReady = 64;

  static SysResult<Poller> open();

  SysResult<Done> watch(int fd, std::uint64_t token);
  // Tells of it once, and then not before the next watchOnce().
  SysResult<Done> watchOnce(int fd, std::uint64_t token);
  void forget(int fd);

  // Blocks until something is readable or `timeoutMillis` have passed (-1 = for ever). The
  // tokens are good until the next call. Interrupted by a signal: nothing is ready.
  std::span<const std::uint64_t> wait(int timeoutMillis);

 private:
  explicit Poller(Fd fd) : fd_(std::move(fd)) {}
  SysResult<Done> control(int operation, int fd, std::uint32_t events, std::uint64_t token);

  Fd fd_;
  std::array<epoll_event, kMaxReady> events_{};
  std::array<std::uint64_t, kMaxReady> tokens_{};
};

}  // namespace failoverd::os
