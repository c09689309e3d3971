#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// What a BACKUP waits for (RFC 9568 §6.4.2), and keepalived's ways of preempting.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

// How long the instance stays BACKUP from now on, when nothing more is heard.
Duration untilMaster(Lab& lab) {
  const auto deadline = lab.status(0).nextDeadline;
  REQUIRE(deadline.has_value());
  return *deadline - lab.now();
}

Lab backupOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(100));
  REQUIRE(lab.state(0) == State::backup);
  lab.take(0);
  return lab;
}

core::InstanceConfig slow(std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.quick = false;
  return config;
}

}  // namespace

TEST_CASE("every advert that is not weaker starts masterDownInterval anew") {
  for (const auto priority : {100, 101, 255}) {
    auto lab = backupOf(slow(100));
    lab.inject(0, "10.0.1.9", slow(100), static_cast<std::uint8_t>(priority));
    EXPECT(untilMaster(lab) == Duration::ofMicros(3'609'375));
  }
}

TEST_CASE("an equal priority is enough for a BACKUP, whatever the address") {
  auto lab = backupOf(slow(100));
  lab.inject(0, "10.0.0.1", slow(100), 100);
  EXPECT(untilMaster(lab) == Duration::ofMicros(3'609'375));
}

TEST_CASE("a weaker advert is discarded: the deadline goes on") {
  auto lab = backupOf(slow(100));
  const auto before = untilMaster(lab);
  lab.run(Duration::ofMillis(500));
  lab.inject(0, "10.0.1.9", slow(100), 99);
  EXPECT(untilMaster(lab) == before - Duration::ofMillis(500));
}

TEST_CASE("nopreempt: any master will do") {
  auto config = Lab::instance(100);
  config.preempt = false;
  auto lab = backupOf(config);
  lab.inject(0, "10.0.1.9", config, 1);
  EXPECT(untilMaster(lab) == Duration::ofMicros(3'609'375));
}

TEST_CASE("nopreempt that comes with a reload stops a preemption that is under way") {
  auto config = slow(100);
  auto lab = backupOf(config);
  lab.inject(0, "10.0.1.9", slow(100), 99);
  config.preempt = false;
  config.revision = Revision{2};
  lab.run(Duration::ofSeconds(3));
  lab.apply(0, config);
  EXPECT(untilMaster(lab) == Duration::ofMicros(3'609'375));
}

TEST_CASE("a goodbye leaves skewTime, and the cause is told") {
  auto lab = backupOf(slow(100));
  lab.inject(0, "10.0.1.9", slow(100), 200);
  lab.inject(0, "10.0.1.9", slow(100), 0);
  EXPECT(untilMaster(lab) == Duration::ofMicros(609'375));
  lab.take(0);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state backup->master goodbyeReceived"});
}

TEST_CASE("quick preemption: skewTime after the first weaker advert, and no later ones") {
  auto lab = backupOf(Lab::instance(200));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(untilMaster(lab) == Duration::ofMicros(218'750));
  lab.run(Duration::ofMillis(100));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(untilMaster(lab) == Duration::ofMicros(118'750));
  lab.take(0);
  lab.run(Duration::ofMillis(119));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state backup->master preempting"});
}

TEST_CASE("quick preemption: a weaker advert beside a living master hastens nothing") {
  auto lab = backupOf(Lab::instance(150));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 200);
  const auto before = untilMaster(lab);
  lab.take(0);
  lab.inject(0, "10.0.1.8", Lab::instance(100), 100);
  EXPECT(untilMaster(lab) == before);
  EXPECT(lab.take(0).empty());
  // The master itself has become weaker: that is another matter.
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(untilMaster(lab) < Duration::ofMillis(500));
}

TEST_CASE("quick preemption is off in strict mode and where it is switched off") {
  for (const bool strict : {true, false}) {
    auto config = Lab::instance(200);
    config.strict = strict;
    config.quick = strict;
    auto lab = backupOf(config);
    lab.inject(0, "10.0.1.9", config, 100);
    EXPECT(untilMaster(lab) > Duration::ofSeconds(3));
  }
}

TEST_CASE("preempt_delay: any master will do until it is over; then preemption as usual") {
  auto config = Lab::instance(200);
  config.preemptDelay = Duration::ofSeconds(10);
  auto lab = backupOf(config);
  const auto weaker = [&] { lab.inject(0, "10.0.1.9", config, 100); };
  for (int i = 0; i < 10; ++i) {
    weaker();
    EXPECT(lab.state(0) == State::backup);
    lab.run(Duration::ofSeconds(1));
  }
  EXPECT(lab.state(0) == State::backup);
  weaker();
  EXPECT(untilMaster(lab) == Duration::ofMicros(218'750));
}

TEST_CASE("preempt_delay: a stronger advert makes it forget, and silence ends as always") {
  auto config = Lab::instance(200);
  config.preemptDelay = Duration::ofSeconds(10);
  auto lab = backupOf(config);
  lab.inject(0, "10.0.1.9", config, 100);
  lab.run(Duration::ofSeconds(2));
  lab.inject(0, "10.0.1.8", config, 210);
  lab.run(Duration::ofSeconds(1));
  lab.inject(0, "10.0.1.9", config, 100);  // begins the ten seconds anew
  lab.run(Duration::ofMillis(3200));
  EXPECT(lab.state(0) == State::backup);
  lab.run(Duration::ofMillis(50));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("`state MASTER`: one interval and one unit of skew at start") {
  auto config = Lab::instance(100);
  config.wantMaster = true;
  Lab lab(1);
  lab.apply(0, config);
  EXPECT(untilMaster(lab) == Duration::ofMicros(1'003'906));
  auto v3 = Lab::instanceV3(100, Duration::ofMillis(100));
  v3.wantMaster = true;
  Lab other(1);
  other.apply(0, v3);
  EXPECT(untilMaster(other) == Duration::ofMicros(100'390));
}

TEST_CASE("an owner starts as MASTER and says nothing of BACKUP") {
  Lab lab(1);
  lab.apply(0, Lab::instance(255));
  EXPECT(lab.take(0) == Lines{"listen", "applied", "advert 255", "add 10.0.1.100",
                              "state init->master owner", "announce 10.0.1.100",
                              "announce 10.0.1.100"});
}

TEST_CASE("VRRPv3 waits by its master's interval, and forgets it as MASTER") {
  const auto mine = Lab::instanceV3(100, Duration::ofSeconds(1));
  auto lab = backupOf(mine);
  lab.inject(0, "10.0.1.9", Lab::instanceV3(200, Duration::ofMillis(100)), 200);
  // 3 * 0.1 s + 156/256 * 0.1 s
  EXPECT(untilMaster(lab) == Duration::ofMicros(360'937));
  EXPECT(lab.status(0).masterAdvertInterval == Duration::ofMillis(100));
  lab.run(Duration::ofMillis(361));
  REQUIRE(lab.state(0) == State::master);
  EXPECT(lab.status(0).masterAdvertInterval == Duration::ofSeconds(1));
  lab.inject(0, "10.0.1.9", Lab::instanceV3(200, Duration::ofMillis(100)), 200);
  EXPECT(untilMaster(lab) == Duration::ofMicros(360'937));
}

TEST_CASE("down_timer_adverts is the factor of masterDownInterval") {
  auto config = Lab::instance(100);
  config.downTimerAdverts = 5;
  auto lab = backupOf(config);
  lab.inject(0, "10.0.1.9", config, 200);
  EXPECT(untilMaster(lab) == Duration::ofMicros(5'609'375));
}

TEST_CASE("the first master and every other one is told, the same one again is not") {
  auto lab = backupOf(Lab::instance(100));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 200);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 200);
  lab.inject(0, "10.0.1.8", Lab::instance(100), 210);
  EXPECT(lab.take(0) == Lines{"master 10.0.1.9", "master 10.0.1.8"});
}

TEST_CASE("during the startup delay nothing is judged and nothing is sent, not by an owner") {
  core::CoreOptions options;
  options.startupDelay = Duration::ofSeconds(20);
  Lab lab(1, options);
  lab.apply(0, Lab::instance(255));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 200);
  lab.run(Duration::ofMillis(19'999));
  EXPECT(lab.take(0) == Lines{"listen", "applied", "rejected startupDelay"});
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("a lower priority of the master moves the VIP in hundredths of a second") {
  Lab lab(2);
  auto config = Lab::instance(244);
  config.trackers = {{TrackerId{1}, 10, false}};
  core::TrackerConfig tracker;
  tracker.id = TrackerId{1};
  tracker.kind = core::TrackerKind::process;
  lab.give(0, core::ApplyTracker{tracker});
  lab.give(0, core::SetProcesses{TrackerId{1}, {}, {4711}});
  lab.apply(0, config);
  lab.apply(1, Lab::instance(250));
  lab.run(Duration::ofSeconds(10));
  REQUIRE(lab.state(0) == State::master);
  REQUIRE(lab.status(0).effectivePriority.value == 254);
  lab.give(0, core::ProcessExited{4711});
  // 244 is told at once; 250 takes over after 6/256 s.
  lab.run(Duration::ofMillis(25));
  EXPECT(lab.state(1) == State::master);
  EXPECT(lab.state(0) == State::backup);
  lab.give(0, core::SetProcesses{TrackerId{1}, {}, {4712}});
  lab.run(Duration::ofMillis(1100));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.state(1) == State::backup);
}
