#include <random>
#include <vector>

#include "core/deadlines.h"
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
