#include "core_lab.h"
#include "testing.h"

// never_nobody: rather an unfit router than none (docs/adr/0006).
using namespace failoverd;
using core::State;
using core::TrackerStatus;
using lab::Lab;

namespace {

core::InstanceConfig unfitServes(std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.trackers = {{TrackerId{1}, 0, false}};
  config.neverNobody = true;
  return config;
}

void report(Lab& lab, std::size_t host, TrackerStatus status) {
  core::TrackerConfig tracker;
  tracker.id = TrackerId{1};
  lab.give(host, core::ApplyTracker{tracker});
  lab.give(host, core::ReportTracker{TrackerId{1}, Revision{}, status, 0});
}

// Two routers that are well; the first is MASTER.
Lab pair() {
  Lab lab(2);
  lab.apply(0, unfitServes(200));
  lab.apply(1, unfitServes(100));
  for (const std::size_t host : {0U, 1U}) report(lab, host, TrackerStatus::ok);
  lab.run(Duration::ofSeconds(5));
  REQUIRE(lab.state(0) == State::master);
  REQUIRE(lab.state(1) == State::backup);
  return lab;
}

}  // namespace

TEST_CASE("an unfit master serves until a fitter one takes over, without a gap") {
  auto lab = pair();
  report(lab, 0, TrackerStatus::failed);
  EXPECT(lab.status(0).effectivePriority == Priority{1});
  EXPECT(lab.state(0) == State::master);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.state(0) == State::backup);
  EXPECT(lab.state(1) == State::master);
  report(lab, 0, TrackerStatus::ok);
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("when nobody is fit somebody serves all the same, and only one") {
  auto lab = pair();
  report(lab, 0, TrackerStatus::failed);
  report(lab, 1, TrackerStatus::failed);
  lab.run(Duration::ofSeconds(10));
  const bool first = lab.state(0) == State::master;
  const bool second = lab.state(1) == State::master;
  EXPECT(first != second);
  EXPECT(lab.state(first ? 1 : 0) == State::backup);
  lab.kill(first ? 0 : 1);
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(first ? 1 : 0) == State::master);
}

TEST_CASE("the parts of the priority add up to what is advertised") {
  auto lab = pair();
  report(lab, 0, TrackerStatus::failed);
  const auto status = lab.status(0);
  int sum = status.basePriority.value;
  for (const auto& part : status.parts) sum += part.delta;
  EXPECT(sum == 1);
}

TEST_CASE("other faults are faults, and an owner has nothing to go down to") {
  auto lab = pair();
  auto owner = unfitServes(255);
  owner.revision = Revision{2};
  lab.apply(0, owner);
  report(lab, 0, TrackerStatus::failed);
  EXPECT(lab.state(0) == State::fault);
}

TEST_CASE("a member of a sync group is not torn from the others: it is in FAULT, and so are they") {
  Lab lab(1);
  core::GroupConfig group;
  group.id = GroupId{1};
  group.members = {InstanceId{1}, InstanceId{2}};
  lab.give(0, core::ApplyGroup{group});
  for (const std::uint8_t id : {std::uint8_t{1}, std::uint8_t{2}}) {
    auto member = unfitServes(100);
    member.id = InstanceId{id};
    member.vrid = Vrid{id};
    member.addresses = {lab::vip(id == 1 ? "10.0.1.100" : "10.0.1.101")};
    if (id == 2) member.trackers.clear();
    lab.apply(0, member);
  }
  report(lab, 0, TrackerStatus::ok);
  lab.run(Duration::ofSeconds(5));
  REQUIRE(lab.state(0, 1) == State::master);
  report(lab, 0, TrackerStatus::failed);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(0, 1) == State::fault);
  EXPECT(lab.state(0, 2) == State::fault);
}
