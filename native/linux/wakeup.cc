#include "linux/wakeup.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"

namespace failoverd::os {

SysResult<Timer> Timer::open() {
  Fd fd(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  return Timer(std::move(fd));
}

void Timer::arm(Instant instant) {
  if (instant == armed_) return;
  armed_ = instant;
  itimerspec spec{};  // all zero: off
  if (instant != Instant::never()) {
    // An instant of zero would switch the timer off.
    const auto at = instant.micros > 0 ? instant.micros : 1;
    spec.it_value.tv_sec = at / 1'000'000;
    spec.it_value.tv_nsec = at % 1'000'000 * 1'000;
  }
  CHECK(::timerfd_settime(fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) == 0);
}

void Timer::acknowledge() {
  std::uint64_t expirations = 0;
  if (::read(fd_.get(), &expirations, sizeof expirations) > 0) armed_ = Instant::never();
}

SysResult<Doorbell> Doorbell::open() {
  Fd fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  return Doorbell(std::move(fd));
}

void Doorbell::ring() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
}

void Doorbell::acknowledge() const {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto count = ::read(fd_.get(), &rings, sizeof rings);
}

}  // namespace failoverd::os
