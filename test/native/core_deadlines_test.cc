#include <random>
#include <vector>

#include "core/core.h"
#include "core/deadlines.h"
#include "core_lab.h"
#include "testing.h"

using namespace failoverd;
using core::Deadlines;
using core::Purpose;

namespace {

Instant at(std::int64_t micros) {
  return Instant::ofMicros(micros);
}

}  // namespace

TEST_CASE("deadlines come in the order of their instants, equals in the order of their slots") {
  Deadlines deadlines;
  const auto a = deadlines.allocate(Purpose::advert, 1);
  const auto b = deadlines.allocate(Purpose::masterDown, 2);
  const auto c = deadlines.allocate(Purpose::retry, 3);
  deadlines.arm(c, at(10));
  deadlines.arm(b, at(20));
  deadlines.arm(a, at(10));
  EXPECT(deadlines.earliest() == at(10));
  EXPECT(!deadlines.takeDue(at(9)));
  EXPECT(deadlines.takeDue(at(30))->owner == 1);
  EXPECT(deadlines.takeDue(at(30))->owner == 3);
  const auto last = deadlines.takeDue(at(30));
  EXPECT(last->owner == 2);
  EXPECT(last->at == at(20));
  EXPECT(last->purpose == Purpose::masterDown);
  EXPECT(deadlines.earliest() == Instant::never());
}

TEST_CASE("arming again moves a deadline, cancelling takes it out") {
  Deadlines deadlines;
  const auto a = deadlines.allocate(Purpose::advert, 1);
  const auto b = deadlines.allocate(Purpose::advert, 2);
  deadlines.arm(a, at(10));
  deadlines.arm(b, at(20));
  deadlines.arm(a, at(30));
  EXPECT(deadlines.earliest() == at(20));
  deadlines.cancel(b);
  deadlines.cancel(b);
  EXPECT(!deadlines.armed(b));
  EXPECT(deadlines.at(b) == Instant::never());
  EXPECT(deadlines.takeDue(at(30))->owner == 1);
}

TEST_CASE("a released slot is had again and does not fire for its old owner") {
  Deadlines deadlines;
  const auto a = deadlines.allocate(Purpose::advert, 1);
  deadlines.arm(a, at(10));
  deadlines.release(a);
  const auto b = deadlines.allocate(Purpose::retry, 2);
  EXPECT(a == b);
  EXPECT(!deadlines.takeDue(at(100)));
}

TEST_CASE("the heap agrees with a sorted list under a random storm") {
  Deadlines deadlines;
  std::mt19937 random(7);
  std::vector<Instant> expected(64, Instant::never());
  for (std::uint32_t i = 0; i < 64; ++i) deadlines.allocate(Purpose::advert, i);
  for (int step = 0; step < 5000; ++step) {
    const auto slot = static_cast<std::uint32_t>(random() % 64);
    if (random() % 3 == 0) {
      deadlines.cancel(slot);
      expected[slot] = Instant::never();
    } else {
      expected[slot] = at(static_cast<std::int64_t>(random() % 1000));
      deadlines.arm(slot, expected[slot]);
    }
    auto least = Instant::never();
    for (const auto each : expected) least = std::min(least, each);
    REQUIRE(deadlines.earliest() == least);
  }
}

TEST_CASE("a MASTER alone wakes once for each advert, and not for the pulse as well") {
  core::Core core({});
  auto now = Instant::ofMicros(1);
  std::size_t adverts = 0;
  const auto drain = [&] {
    while (const auto output = core.drain())
      adverts += std::holds_alternative<core::SendAdvert>(*output);
  };
  const auto give = [&](const core::Input& input) {
    core.handle(now, input);
    drain();
  };
  give(core::LinkChanged{lab::kEth0, lab::name("eth0"), true, true, MacAddress{}, 1500, false});
  give(core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
  give(core::KernelListed{});
  const auto config = lab::Lab::instanceV3(200, Duration::ofMillis(10));
  give(core::ApplyInstance{config});
  give(core::ListenResult{config.id, 0});
  const auto wakesUntil = [&](Instant end) {
    std::size_t wakes = 0;
    for (; core.nextDeadline() < end; ++wakes) {
      // Never on the microsecond.
      now =
          core.nextDeadline() + Duration::ofMicros(20 + 13 * static_cast<std::int64_t>(wakes % 5));
      core.advance(now);
      drain();
    }
    return wakes;
  };
  wakesUntil(now + Duration::ofSeconds(1));
  REQUIRE(core.isMaster(config.id));
  adverts = 0;
  const auto wakes = wakesUntil(now + Duration::ofSeconds(10));
  EXPECT(adverts >= 999);
  EXPECT(wakes <= adverts + 2);
}
