#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// What a MASTER does: its schedule, and how it meets other masters (RFC 9568 §6.4.3).
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

Lab masterOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3900));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

std::size_t count(const Lines& lines, const std::string& line) {
  return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
}

}  // namespace

TEST_CASE("regular adverts keep to their schedule however late each one is judged") {
  core::Core core({});
  Lab lab(1);
  const auto config = Lab::instanceV3(200, Duration::ofMillis(10));
  lab.apply(0, config);
  lab.run(Duration::ofMillis(100));
  lab.takeTimed(0);
  std::size_t adverts = 0;
  for (int i = 0; i < 100; ++i) {
    lab.pause(0, true);
    lab.run(Duration::ofMicros(7'300));
    lab.resume(0);
    lab.run(Duration::ofMicros(2'700));
    adverts += lab.takeOnly(0, "advert").size();
  }
  EXPECT(adverts == 100);
}

TEST_CASE("adverts that were missed are not made up for") {
  auto lab = masterOf(Lab::instance(200));
  lab.pause(0, true);
  lab.run(Duration::ofMillis(1700));
  lab.resume(0);
  const auto lines = lab.take(0);
  EXPECT(count(lines, "advert 200") == 1);
  EXPECT(count(lines, "late") == 1);
}

TEST_CASE("a goodbye from another master is answered at once, and the schedule starts anew") {
  auto lab = masterOf(Lab::instance(200));
  lab.run(Duration::ofMillis(500));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 0);
  EXPECT(lab.take(0) == Lines{"advert 200"});
  lab.run(Duration::ofMillis(999));
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.take(0) == Lines{"advert 200"});
}

TEST_CASE("a higher priority, or an equal one from a higher address, takes it away") {
  for (const auto priority : {std::uint8_t{201}, std::uint8_t{200}}) {
    auto lab = masterOf(Lab::instance(200));
    lab.inject(0, "10.0.1.9", Lab::instance(100), priority);
    const std::string cause = priority == 200 ? "higherAddress" : "higherPriority";
    EXPECT(lab.take(0) == Lines{"advert 200", "remove 10.0.1.100", "state master->backup " + cause,
                                "master 10.0.1.9"});
    lab.run(Duration::ofMillis(3218));  // 3 s + 56/256 s = 3.21875 s
    EXPECT(lab.state(0) == State::backup);
    lab.run(Duration::ofMillis(1));
    EXPECT(lab.state(0) == State::master);
  }
}

TEST_CASE("an equal priority from a lower address is a weaker one") {
  auto lab = masterOf(Lab::instance(200));
  lab.inject(0, "10.0.0.9", Lab::instance(100), 200);
  EXPECT(lab.state(0) == State::master);
  EXPECT(count(lab.take(0), "advert 200") == 1);
}

TEST_CASE("strict: it goes without a word, as the RFC has it") {
  auto config = Lab::instance(200);
  config.strict = true;
  auto lab = masterOf(config);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 201);
  EXPECT(lab.take(0) ==
         Lines{"remove 10.0.1.100", "state master->backup higherPriority", "master 10.0.1.9"});
}

TEST_CASE("after a split that both sides slept through, the winner announces and tells") {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.apply(1, Lab::instance(100));
  lab.run(Duration::ofSeconds(4));
  lab.cut(0, 1);
  lab.cut(1, 0);
  lab.run(Duration::ofSeconds(20));
  REQUIRE(lab.state(1) == State::master);
  lab.heal();
  lab.take(0);
  lab.run(Duration::ofMillis(1100));
  // Whoever speaks first after the healing, the better one hears of the other.
  const auto lines = lab.take(0);
  EXPECT(lab.state(1) == State::backup);
  EXPECT(count(lines, "again master->master secondMaster") == 1);
  EXPECT(count(lines, "announce 10.0.1.100") >= 1);
}

TEST_CASE("one more advert before giving way; in strict mode only with higher_prio_send_advert") {
  for (const bool strict : {false, true}) {
    for (const bool asked : {false, true}) {
      auto config = Lab::instance(200);
      config.higherPrioritySendAdvert = asked;
      config.quick = false;
      config.strict = strict;
      auto lab = masterOf(config);
      lab.inject(0, "10.0.1.9", Lab::instance(100), 201);
      EXPECT(count(lab.take(0), "advert 200") == (asked || !strict ? 1 : 0));
      EXPECT(lab.state(0) == State::backup);
    }
  }
}

TEST_CASE("a second master: the winner advertises, announces and tells it again, once") {
  auto lab = masterOf(Lab::instance(200));
  lab.run(Duration::ofSeconds(5));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(lab.take(0) == Lines{"lower 100", "advert 200", "announce 10.0.1.100",
                              "again master->master secondMaster"});
  // The same episode: answered, not told again; bursts no closer than an interval.
  lab.run(Duration::ofMillis(300));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(lab.take(0) == Lines{"lower 100", "advert 200"});
  lab.run(Duration::ofSeconds(20));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(count(lab.take(0), "again master->master secondMaster") == 1);
}

TEST_CASE("the advert that crosses a takeover is no second master worth telling") {
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofMicros(3'218'750));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(lab.take(0) == Lines{"lower 100", "announce 10.0.1.100"});
  lab.run(Duration::ofMillis(4));  // an advert has just left
  EXPECT(lab.take(0) == Lines{"advert 200"});
}

TEST_CASE("lower_prio_no_advert: announces and tells, but keeps to its schedule") {
  auto config = Lab::instance(200);
  config.lowerPriorityNoAdvert = true;
  auto lab = masterOf(config);
  lab.run(Duration::ofSeconds(5));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(count(lab.take(0), "advert 200") == 0);
}

TEST_CASE("rejected packets never touch the schedule: no junk can silence a master") {
  auto config = Lab::instance(200);
  config.auth.kind = core::AuthKind::pass;
  config.auth.password = {'s', 'e', 'c', 'r', 'e', 't'};
  auto lab = masterOf(config);
  auto wrong = config;
  wrong.auth.password = {'w', 'r', 'o', 'n', 'g'};
  auto corrupt = Lab::advertBytes("10.0.1.9", config, 250);
  corrupt[6] = static_cast<std::uint8_t>(corrupt[6] ^ 0x40);
  std::size_t adverts = 0;
  for (int i = 0; i < 30; ++i) {
    lab.run(Duration::ofMillis(400));
    lab.inject(0, "10.0.1.9", wrong, 250);
    lab.injectBytes(0, "10.0.1.9", corrupt);
    adverts += lab.takeOnly(0, "advert").size();
  }
  EXPECT(adverts == 12);
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).counters.authFailures == 30);
  EXPECT(lab.status(0).counters.checksumErrors == 30);
}

TEST_CASE("a MASTER that was away listens for an interval, then announces and tells") {
  auto lab = masterOf(Lab::instance(200));
  lab.pause(0, false);
  lab.run(Duration::ofSeconds(10));
  lab.resume(0);
  EXPECT(lab.take(0) == Lines{"late"});
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(300));
  EXPECT(lab.take(0) == Lines{"advert 200", "announce 10.0.1.100", "announce 10.0.1.100",
                              "again master->master wokeLate"});
  EXPECT(lab.has(0, "10.0.1.100"));
}

TEST_CASE("away and replaced by a weaker one: takes it back and tells, or yields (nopreempt)") {
  for (const bool preempt : {true, false}) {
    Lab lab(2);
    auto config = Lab::instance(200);
    config.preempt = preempt;
    lab.apply(0, config);
    lab.run(Duration::ofSeconds(4));
    lab.apply(1, Lab::instance(100));
    lab.run(Duration::ofSeconds(5));
    REQUIRE(lab.state(0) == State::master);
    lab.pause(0, false);
    lab.run(Duration::ofSeconds(10));
    REQUIRE(lab.state(1) == State::master);
    lab.take(0);
    lab.resume(0);
    lab.run(Duration::ofMillis(1500));
    const auto lines = lab.take(0);
    EXPECT(lab.state(0) == (preempt ? State::master : State::backup));
    EXPECT(lab.state(1) == (preempt ? State::backup : State::master));
    const auto again = count(lines, "again master->master wokeLate");
    EXPECT(again == (preempt ? 1U : 0U));
    EXPECT(lab.has(1, "10.0.1.100") == !preempt);
    EXPECT(lab.has(0, "10.0.1.100") == preempt);
  }
}

TEST_CASE("read before you judge: what waited in the socket counts as heard") {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.apply(1, Lab::instance(100));
  lab.run(Duration::ofSeconds(5));
  lab.take(1);
  lab.pause(1, true);
  lab.run(Duration::ofSeconds(30));
  lab.resume(1);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(1) == State::backup);
  EXPECT(lab.takeOnly(1, "state").empty());
}

TEST_CASE("a BACKUP that was frozen listens once more before it takes over") {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.apply(1, Lab::instance(100));
  lab.run(Duration::ofSeconds(5));
  lab.take(1);
  lab.pause(1, false);
  lab.run(Duration::ofSeconds(60));
  lab.resume(1);
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.takeOnly(1, "state").empty());
  lab.kill(0);
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(1) == State::master);
}

TEST_CASE("an absence counts by the interval of the master that is heard, not by one's own") {
  Lab lab(2);
  lab.apply(0, Lab::instanceV3(200, Duration::ofMillis(100)));
  lab.run(Duration::ofSeconds(1));
  lab.apply(1, Lab::instanceV3(100, Duration::ofSeconds(10)));
  lab.run(Duration::ofSeconds(32));
  lab.take(1);
  // Three of the master's adverts are missed, and nearly a fourth.
  for (int i = 0; i < 20; ++i) {
    lab.run(Duration::ofMillis(505));
    lab.pause(1, false);
    lab.run(Duration::ofMillis(390));
    lab.resume(1);
  }
  EXPECT(lab.takeOnly(1, "state").empty());
}

TEST_CASE("with few down_timer_adverts a shorter absence counts") {
  for (const auto adverts : {2, 3}) {
    Lab lab(2);
    auto backup = Lab::instanceV3(100, Duration::ofMillis(100));
    backup.downTimerAdverts = static_cast<std::uint8_t>(adverts);
    lab.apply(0, Lab::instanceV3(200, Duration::ofMillis(100)));
    lab.run(Duration::ofSeconds(1));
    lab.apply(1, backup);
    lab.run(Duration::ofSeconds(1));
    lab.take(1);
    // As many adverts of the master are missed as it takes to count as silent.
    for (int offset = 0; offset < 100; offset += 5) {
      lab.run(Duration::ofMillis(505));
      lab.pause(1, false);
      lab.run(Duration::ofMillis((adverts - 1) * 100 + 10));
      lab.resume(1);
    }
    EXPECT(lab.takeOnly(1, "state").empty());
  }
}

TEST_CASE("two owners: the lower address yields, the higher gives way to one that insists") {
  auto owner = Lab::instance(255);
  owner.wantMaster = true;
  auto lab = masterOf(owner);
  lab.inject(0, "10.0.1.9", Lab::instance(255), 255);
  EXPECT(lab.state(0) == State::backup);

  auto higher = masterOf(owner);
  higher.inject(0, "10.0.0.9", Lab::instance(255), 255);
  higher.run(Duration::ofMillis(4));  // the answer is the second advert
  auto lines = higher.take(0);
  EXPECT(count(lines, "odd samePriorityOwner") == 1);
  EXPECT(count(lines, "advert 255") == 2);
  higher.run(Duration::ofMillis(1100));
  higher.inject(0, "10.0.0.9", Lab::instance(255), 255);
  EXPECT(higher.state(0) == State::master);
  higher.run(Duration::ofMillis(200));
  higher.inject(0, "10.0.0.9", Lab::instance(255), 255);
  EXPECT(higher.state(0) == State::backup);
  EXPECT(higher.status(0).effectivePriority.value == 254);
  higher.run(Duration::ofSeconds(4));
  EXPECT(higher.state(0) == State::master);
  EXPECT(higher.status(0).effectivePriority.value == 255);
}

TEST_CASE("two other owners that take turns are not answered one by one") {
  auto owner = Lab::instance(255);
  owner.wantMaster = true;
  auto lab = masterOf(owner);
  for (int i = 0; i < 100; ++i) {
    lab.inject(0, i % 2 == 0 ? "10.0.0.8" : "10.0.0.9", Lab::instance(255), 255);
  }
  lab.run(Duration::ofMillis(4));
  EXPECT(count(lab.take(0), "advert 255") == 2);
}

TEST_CASE("an owner that ignores adverts stays whatever comes") {
  auto owner = Lab::instance(255);
  owner.ownerIgnoreAdverts = true;
  auto lab = masterOf(owner);
  lab.inject(0, "10.0.1.9", Lab::instance(255), 255);
  EXPECT(lab.take(0) == Lines{"rejected ownerIgnores"});
  EXPECT(lab.state(0) == State::master);
}
