#include "linux/clock.h"

#include <cerrno>

#include "base/check.h"

namespace failoverd::os {
namespace {

// More than slewing (adjtime(3), NTP) moves the wall clock between two adverts.
constexpr std::int64_t kStepMicros = 100'000;

std::int64_t micros(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_nsec / 1'000;
}

std::int64_t read(clockid_t clock) {
  timespec time{};
  CHECK(::clock_gettime(clock, &time) == 0);
  return micros(time);
}

}  // namespace

Instant now() {
  return Instant::ofMicros(read(CLOCK_BOOTTIME));
}

Duration utcOffset() {
  return Duration::ofMicros(read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME));
}

void StampClock::sample() {
  // The wall clock first: preempted between the two, stamps come out late, never early.
  const auto wall = read(CLOCK_REALTIME);
  learn(now(), wall);
}

void StampClock::learn(Instant boot, std::int64_t wallMicros) {
  const auto difference = wallMicros - boot.micros;
  const auto moved = difference - wallMinusBoot_;
  wasSet_ = known_ && (moved > kStepMicros || moved < -kStepMicros);
  boot_ = boot;
  wallMinusBoot_ = difference;
  known_ = true;
}

Instant StampClock::at(const timespec& wallClock) const {
  if (wasSet_) return boot_;
  const auto instant = Instant::ofMicros(micros(wallClock) - wallMinusBoot_);
  return instant < boot_ ? instant : boot_;
}

}  // namespace failoverd::os
