#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// notify_gate: adverts flow while the addresses wait, and nobody can make them wait for ever.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

constexpr const char* kVip = "10.0.1.100";

// MASTER since a moment ago, with a gate of half a second.
Lab gated() {
  Lab lab(1);
  auto config = Lab::instance(255 - 1);
  config.gate = Duration::ofMillis(500);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3100));
  REQUIRE(lab.state(0) == State::master);
  REQUIRE(!lab.has(0, kVip));
  REQUIRE(lab.takeOnly(0, "gate") == Lines{"gate closed 1"});
  return lab;
}

}  // namespace

TEST_CASE("the addresses come with the word, and are announced") {
  auto lab = gated();
  lab.give(0, core::OpenGate{InstanceId{1}, 1});
  lab.run(Duration::ofMillis(10));
  EXPECT(lab.has(0, kVip));
  const auto lines = lab.take(0);
  EXPECT(lines.front() == "gate opened");
  EXPECT(std::find(lines.begin(), lines.end(), "advert 254") == lines.end());
  lab.run(Duration::ofMillis(600));
  EXPECT(lab.takeOnly(0, "gate").empty());
}

TEST_CASE("without the word they come when the time is up, and adverts flow meanwhile") {
  auto lab = gated();
  lab.run(Duration::ofMillis(600));
  EXPECT(lab.has(0, kVip));
  EXPECT(lab.takeOnly(0, "gate") == Lines{"gate opened late"});
  lab.run(Duration::ofMillis(1000));
  EXPECT(!lab.takeOnly(0, "advert").empty());
}

TEST_CASE("the word of an earlier episode opens nothing") {
  auto lab = gated();
  lab.inject(0, "10.0.1.9", Lab::instance(255), 255);
  EXPECT(lab.state(0) == State::backup);
  EXPECT(!lab.has(0, kVip));
  lab.run(Duration::ofMillis(3100));
  REQUIRE(lab.state(0) == State::master);
  EXPECT(lab.takeOnly(0, "gate") == Lines{"gate closed 2"});
  lab.give(0, core::OpenGate{InstanceId{1}, 1});
  lab.give(0, core::OpenGate{InstanceId{7}, 2});
  EXPECT(!lab.has(0, kVip));
  lab.give(0, core::OpenGate{InstanceId{1}, 2});
  lab.run(Duration::ofMillis(10));
  EXPECT(lab.has(0, kVip));
}

TEST_CASE("an address that a reload brings waits with the others") {
  auto lab = gated();
  auto config = Lab::instance(254);
  config.gate = Duration::ofMillis(500);
  config.revision = Revision{2};
  config.addresses.push_back(lab::vip("10.0.1.101"));
  lab.apply(0, config);
  EXPECT(!lab.has(0, "10.0.1.101"));
  lab.run(Duration::ofMillis(600));
  EXPECT(lab.has(0, "10.0.1.101"));
}
