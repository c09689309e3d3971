#include "core/priority.h"
#include "testing.h"

using namespace failoverd;
using namespace failoverd::core;

namespace {

Contribution ofTracker(std::int32_t weight, TrackerStatus status, std::int32_t value = 0,
                       bool reverse = false) {
  return contribution(TrackerUse{TrackerId{1}, weight, reverse}, Reading{status, value});
}

constexpr Contribution kNothing{};
constexpr Contribution kFault{.delta = 0, .fault = true, .pending = false};
constexpr auto kOk = TrackerStatus::ok;
constexpr auto kFailed = TrackerStatus::failed;
constexpr auto kValue = TrackerStatus::value;

}  // namespace

TEST_CASE("a weight counts while well when positive, while unwell when negative") {
  EXPECT(ofTracker(10, kOk).delta == 10);
  EXPECT(ofTracker(10, kFailed) == kNothing);
  EXPECT(ofTracker(-10, kOk) == kNothing);
  EXPECT(ofTracker(-10, kFailed).delta == -10);
}

TEST_CASE("reverse turns the sign of a weight, and the test of a fault tracker") {
  EXPECT(ofTracker(10, kOk, 0, true).delta == -10);
  EXPECT(ofTracker(-10, kFailed, 0, true).delta == 10);
  EXPECT(ofTracker(0, kFailed) == kFault);
  EXPECT(ofTracker(0, kOk) == kNothing);
  EXPECT(ofTracker(0, kFailed, 0, true) == kNothing);
  EXPECT(ofTracker(0, kOk, 0, true) == kFault);
}

TEST_CASE("a weighted tracker never causes a fault, and without a result it counts nothing") {
  for (const int weight : {-253, -1, 1, 253}) {
    EXPECT(!ofTracker(weight, kFailed).fault);
    EXPECT(ofTracker(weight, TrackerStatus::pending) == kNothing);
  }
  EXPECT(ofTracker(0, TrackerStatus::pending).pending);
}

TEST_CASE("a file's value is multiplied, capped at +253, and a FAULT from -254 down") {
  EXPECT(ofTracker(1, kValue, 5).delta == 5);
  EXPECT(ofTracker(1, kValue, 6).delta == 6);
  EXPECT(ofTracker(2, kValue, -5).delta == -10);
  EXPECT(ofTracker(1, kValue, 1000).delta == 253);
  EXPECT(ofTracker(1, kValue, -253).delta == -253);
  EXPECT(ofTracker(1, kValue, -254) == kFault);
  EXPECT(ofTracker(-2, kValue, 127) == kFault);
  EXPECT(ofTracker(253, kValue, 2147483647).delta == 253);
  EXPECT(ofTracker(253, kValue, -2147483647 - 1) == kFault);
  EXPECT(ofTracker(1, kValue, 5, true).delta == -5);
  EXPECT(ofTracker(1, kValue, 254, true) == kFault);
}

TEST_CASE("a file without weight: any value but zero is a fault, with reverse zero is") {
  EXPECT(ofTracker(0, kValue, 0) == kNothing);
  EXPECT(ofTracker(0, kValue, -1) == kFault);
  EXPECT(ofTracker(0, kValue, 0, true) == kFault);
  EXPECT(ofTracker(0, kValue, 7, true) == kNothing);
}

TEST_CASE("an interface is a tracker that is well while it is up") {
  const auto of = [](std::int32_t weight, bool up, bool reverse = false) {
    return contribution(InterfaceUse{{}, weight, reverse}, up);
  };
  EXPECT(of(5, true).delta == 5);
  EXPECT(of(5, false) == kNothing);
  EXPECT(of(-5, false).delta == -5);
  EXPECT(of(0, false) == kFault);
  EXPECT(of(0, true, true) == kFault);
}

TEST_CASE("the effective priority stays within 1..254, and an owner's is 255") {
  EXPECT(effectivePriority(Priority{244}, 10).value == 254);
  EXPECT(effectivePriority(Priority{244}, 100).value == 254);
  EXPECT(effectivePriority(Priority{10}, -100).value == 1);
  EXPECT(effectivePriority(Priority{100}, -30).value == 70);
  EXPECT(effectivePriority(Priority{255}, -200).value == 255);
  EXPECT(effectivePriority(Priority{100}, 9'000'000'000).value == 254);
}
