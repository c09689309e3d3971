#pragma once

#include "base/time.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

// The two ways in which a thread is woken through a descriptor.
namespace failoverd::os {

// timerfd_create(2) on CLOCK_BOOTTIME, at absolute instants.
class Timer {
 public:
  static SysResult<Timer> open();

  [[nodiscard]] int fd() const { return fd_.get(); }
  // Readable from `instant` on; Instant::never() switches it off. The same instant again costs
  // no system call.
  void arm(Instant instant);
  // Takes the expiry away, so that the descriptor is silent until the next arm().
  void acknowledge();
  // Instant::never() where it is switched off or acknowledged.
  [[nodiscard]] Instant armed() const { return armed_; }

 private:
  explicit Timer(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
  Instant armed_ = Instant::never();
};

// eventfd(2): any thread rings, one thread waits. Ringing never blocks.
class Doorbell {
 public:
  static SysResult<Doorbell> open();

  [[nodiscard]] int fd() const { return fd_.get(); }
  void ring() const;
  void acknowledge() const;

 private:
  explicit Doorbell(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace failoverd::os
