#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// Sync groups: MASTER together or not at all.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::InstanceConfig member(std::uint32_t id, std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.id = InstanceId{id};
  config.vrid = Vrid{static_cast<std::uint8_t>(id)};
  config.addresses = {lab::vip(id == 1 ? "10.0.1.100" : "10.0.1.101")};
  config.quick = false;
  return config;
}

core::GroupConfig pair() {
  core::GroupConfig config;
  config.id = GroupId{1};
  config.members = {InstanceId{1}, InstanceId{2}};
  return config;
}

void join(Lab& lab, std::size_t host, std::uint8_t first, std::uint8_t second) {
  lab.give(host, core::ApplyGroup{pair()});
  lab.apply(host, member(1, first));
  lab.apply(host, member(2, second));
}

core::TrackerConfig script() {
  core::TrackerConfig config;
  config.id = TrackerId{1};
  return config;
}

bool both(const Lab& lab, std::size_t host, State state) {
  return lab.state(host, 1) == state && lab.state(host, 2) == state;
}

}  // namespace

TEST_CASE("the members take over when the last one is ready, and the group speaks after them") {
  Lab lab(1);
  join(lab, 0, 200, 100);
  lab.run(Duration::ofMillis(3600));
  EXPECT(both(lab, 0, State::backup));  // the first is ready since 3.22 s
  lab.take(0);
  lab.run(Duration::ofMillis(10));
  EXPECT(both(lab, 0, State::master));
  const auto lines = lab.take(0);
  EXPECT(lines.size() == 11);
  EXPECT(std::find(lines.begin(), lines.end(), "group backup->master") != lines.end());
  const auto group = std::find(lines.begin(), lines.end(), "group backup->master");
  EXPECT(std::none_of(group, lines.end(),
                      [](const auto& line) { return line.find("state") != line.npos; }));
}

TEST_CASE("a fault of one is a fault of all, each with one goodbye") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script()});
  lab.give(0, core::ReportTracker{TrackerId{1}, {}, core::TrackerStatus::ok, 0});
  lab.give(0, core::ApplyGroup{pair()});
  auto tracked = member(1, 200);
  tracked.trackers = {{TrackerId{1}, 0, false}};
  lab.apply(0, tracked);
  lab.apply(0, member(2, 200));
  lab.run(Duration::ofSeconds(4));
  REQUIRE(both(lab, 0, State::master));
  lab.take(0);
  lab.give(0, core::ReportTracker{TrackerId{1}, {}, core::TrackerStatus::failed, 0});
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->fault trackerFault",
                              "#2 goodbye", "#2 remove 10.0.1.101",
                              "#2 state master->fault groupMember", "group master->fault"});
  lab.give(0, core::ReportTracker{TrackerId{1}, {}, core::TrackerStatus::ok, 0});
  EXPECT(both(lab, 0, State::backup));
}

TEST_CASE("a member that yields takes the others along, without a goodbye") {
  Lab lab(1);
  join(lab, 0, 200, 200);
  lab.run(Duration::ofSeconds(4));
  lab.take(0);
  lab.inject(0, "10.0.1.9", member(2, 250), 250);
  EXPECT(both(lab, 0, State::backup));
  EXPECT(lab.takeOnly(0, "goodbye").empty());
}

TEST_CASE("two hosts: the whole group moves, and comes back whole") {
  Lab lab(2);
  join(lab, 0, 200, 200);
  join(lab, 1, 100, 100);
  lab.run(Duration::ofSeconds(10));
  EXPECT(both(lab, 0, State::master));
  EXPECT(both(lab, 1, State::backup));
  lab.kill(0);
  lab.run(Duration::ofSeconds(8));
  EXPECT(both(lab, 1, State::master));
}

TEST_CASE("an owner does not start before its group") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script()});
  lab.give(0, core::ApplyGroup{pair()});
  auto waiting = member(2, 100);
  waiting.trackers = {{TrackerId{1}, 0, false}};
  lab.apply(0, waiting);
  lab.apply(0, member(1, 255));
  lab.run(Duration::ofSeconds(10));
  EXPECT(both(lab, 0, State::init));
  lab.give(0, core::ReportTracker{TrackerId{1}, {}, core::TrackerStatus::ok, 0});
  EXPECT(both(lab, 0, State::backup));
  lab.run(Duration::ofSeconds(4));
  EXPECT(both(lab, 0, State::master));
}

TEST_CASE("a group's trackers count for every member") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script()});
  lab.give(0, core::ReportTracker{TrackerId{1}, {}, core::TrackerStatus::ok, 0});
  auto group = pair();
  group.trackers = {{TrackerId{1}, 20, false}};
  lab.give(0, core::ApplyGroup{group});
  lab.apply(0, member(1, 100));
  lab.apply(0, member(2, 110));
  EXPECT(lab.status(0, 1).effectivePriority.value == 120);
  EXPECT(lab.status(0, 2).effectivePriority.value == 130);
}

namespace {

// Host 0 is the better one in VRID 1, host 1 in VRID 2; both became MASTER in a split.
Lab splitAndCrossing() {
  Lab lab(2);
  lab.cut(0, 1);
  lab.cut(1, 0);
  join(lab, 0, 200, 100);
  join(lab, 1, 100, 200);
  lab.run(Duration::ofSeconds(10));
  REQUIRE(both(lab, 0, State::master));
  REQUIRE(both(lab, 1, State::master));
  lab.take(0);
  lab.take(1);
  lab.heal();
  return lab;
}

Lab masterAlone(std::uint8_t first, std::uint8_t second) {
  Lab lab(1);
  join(lab, 0, first, second);
  lab.run(Duration::ofSeconds(5));
  REQUIRE(both(lab, 0, State::master));
  return lab;
}

}  // namespace

TEST_CASE("crossing priorities after a split: who is better in the lowest VRID keeps the group") {
  auto lab = splitAndCrossing();
  lab.run(Duration::ofSeconds(60));
  EXPECT(both(lab, 0, State::master));
  EXPECT(both(lab, 1, State::backup));
  EXPECT(lab.takeOnly(0, "state").empty());
  EXPECT(lab.takeOnly(1, "state").size() == 1);
}

TEST_CASE("a better one on another member counts at once while nobody contends for the group") {
  auto lab = masterAlone(200, 100);
  lab.inject(0, "10.0.1.9", member(2, 250), 250);
  EXPECT(both(lab, 0, State::backup));
}

TEST_CASE("two groups that gave way to each other do so once") {
  auto lab = masterAlone(200, 100);
  lab.inject(0, "10.0.1.9", member(2, 250), 250);  // the better advert comes before the weaker
  lab.inject(0, "10.0.1.9", member(1, 150), 150);
  REQUIRE(both(lab, 0, State::backup));
  lab.run(Duration::ofSeconds(4));
  REQUIRE(both(lab, 0, State::master));
  lab.inject(0, "10.0.1.9", member(2, 250), 250);
  EXPECT(both(lab, 0, State::master));
}

TEST_CASE("a better one that goes on for two intervals is no group: no split lasts") {
  auto lab = masterAlone(200, 100);
  lab.inject(0, "10.0.1.9", member(1, 150), 150);
  for (int i = 0; i < 2; ++i) {
    lab.inject(0, "10.0.1.9", member(2, 250), 250);
    EXPECT(both(lab, 0, State::master));
    lab.run(Duration::ofSeconds(1));
  }
  lab.inject(0, "10.0.1.9", member(2, 250), 250);
  EXPECT(both(lab, 0, State::backup));
}

TEST_CASE("the lowest VRID decides, whatever the order in the file") {
  for (const bool turned : {false, true}) {
    Lab lab(1);
    lab.give(0, core::ApplyGroup{pair()});
    auto low = member(turned ? 2 : 1, 200);
    auto high = member(turned ? 1 : 2, 100);
    low.vrid = Vrid{1};
    high.vrid = Vrid{2};
    lab.apply(0, low);
    lab.apply(0, high);
    lab.run(Duration::ofSeconds(5));
    REQUIRE(both(lab, 0, State::master));
    lab.inject(0, "10.0.1.9", low, 150);
    lab.inject(0, "10.0.1.9", high, 250);
    EXPECT(both(lab, 0, State::master));
  }
}
