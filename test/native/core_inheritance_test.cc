#include <cerrno>

#include "core_lab.h"
#include "linux/openssl_digests.h"
#include "openssl_hmac.h"
#include "testing.h"

// A process takes the place of another one (docs/adr/0010).
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

constexpr auto kTenth = Duration::ofMillis(100);

Lab pair(const core::InstanceConfig& first, const core::InstanceConfig& second,
         const wire::Digests& digests = {}) {
  Lab lab(2, {}, digests);
  lab.apply(0, first);
  lab.run(Duration::ofSeconds(4));
  lab.apply(1, second);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  REQUIRE(lab.state(1) == State::backup);
  lab.take(0);
  lab.take(1);
  return lab;
}

Lab pair() {
  return pair(Lab::instanceV3(200, kTenth), Lab::instanceV3(100, kTenth));
}

core::InstanceConfig tracked(std::uint8_t priority) {
  auto config = Lab::instanceV3(priority, kTenth);
  config.trackers = {{TrackerId{1}, -50, false}};
  return config;
}

core::TrackerConfig script() {
  core::TrackerConfig config;
  config.id = TrackerId{1};
  return config;
}

}  // namespace

TEST_CASE(
    "a MASTER that is upgraded sends its next advert when it was due, and says nothing more") {
  auto lab = pair();
  const auto due = lab.status(0).nextDeadline;
  const auto since = lab.status(0).since;
  lab.upgrade(0);
  EXPECT(lab.take(0) == Lines{"state master->master carriedOver"});
  EXPECT(lab.status(0).nextDeadline == due);
  EXPECT(lab.status(0).since == since);
  lab.run(Duration::ofMillis(350));
  for (const auto& line : lab.take(0)) EXPECT(line == "advert 200");
  EXPECT(lab.take(1).empty());
  EXPECT(lab.has(0, "10.0.1.100"));
}

TEST_CASE("a BACKUP that is upgraded takes over when it would have") {
  auto lab = pair();
  const auto due = lab.status(1).nextDeadline;
  lab.kill(0);
  lab.run(Duration::ofMillis(150));
  const auto waiting = lab.status(1).nextDeadline;
  lab.upgrade(1);
  EXPECT(lab.status(1).nextDeadline == waiting);
  EXPECT(lab.status(1).masterPriority == Priority{200});
  lab.run(*due - lab.now() + kTenth);
  EXPECT(lab.state(1) == State::master);
  EXPECT(lab.status(1).cause.kind == core::CauseKind::masterSilent);
}

TEST_CASE("what somebody took away at the moment of an upgrade is put back") {
  auto lab = pair();
  const auto gone = core::LocalAddressRemoved{lab::kEth0, lab::ip("10.0.1.100"), 24};
  lab.upgrade(0);
  lab.take(0);
  lab.give(0, gone);
  EXPECT(lab.takeOnly(0, "add") == Lines{"add 10.0.1.100"});
}

TEST_CASE(
    "a route that an heir was refused is one that stands all the same, and goes in the end") {
  auto config = Lab::instanceV3(200, kTenth);
  core::ObjectConfig route;
  route.key = {core::ObjectKind::route, Family::ipv4, lab::ip("10.1.0.0"), 24, 254, 0};
  route.add.assign(32, 0xaa);
  route.remove.assign(32, 0xbb);
  config.objects = {route};
  auto lab = pair(config, Lab::instanceV3(100, kTenth));
  lab.upgrade(0);
  lab.refuseObjects(0, ENOMEM);
  lab.give(0, core::ObjectsUncertain{});
  EXPECT(lab.takeOnly(0, "failed") == Lines{"failed route 10.1.0.0 " + std::to_string(ENOMEM)});
  lab.give(0, core::Stop{});
  EXPECT(lab.takeOnly(0, "remove route") == Lines{"remove route 10.1.0.0"});
}

TEST_CASE("a priority that a tracker has lowered stays as it was") {
  auto lab = pair(tracked(200), Lab::instanceV3(100, kTenth));
  lab.give(0, core::ApplyTracker{script()});
  lab.give(0, core::ReportTracker{TrackerId{1}, Revision{}, core::TrackerStatus::failed, 0});
  lab.run(kTenth);
  REQUIRE(lab.status(0).effectivePriority == Priority{150});
  lab.take(0);
  lab.upgrade(0);
  EXPECT(lab.take(0) == Lines{"state master->master carriedOver"});
  EXPECT(lab.status(0).effectivePriority == Priority{150});
}

TEST_CASE("who was drained stays drained") {
  auto lab = pair();
  lab.give(0, core::Drain{InstanceId{1}, true});
  lab.run(Duration::ofSeconds(1));
  REQUIRE(lab.state(1) == State::master);
  lab.take(0);
  lab.upgrade(0);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(0) == State::fault);
  EXPECT(lab.status(0).drained);
  lab.give(0, core::Drain{InstanceId{1}, false});
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("a peer believes what an heir signs (AH)") {
  auto first = Lab::instance(200);
  first.auth.kind = core::AuthKind::ah;
  first.auth.password = {'s', 'e', 'c', 'r', 'e', 't', 0, 0};
  auto second = first;
  second.basePriority = Priority{100};
  auto lab = pair(first, second, os::opensslDigests(wire::opensslLibrary()));
  for (int times = 0; times < 3; ++times) {
    lab.upgrade(0);
    lab.run(Duration::ofSeconds(2));
  }
  EXPECT(lab.take(1).empty());
  EXPECT(lab.status(1).counters.authFailures == 0);
}

TEST_CASE("who waits for an inheritance gives nothing back that is another one's") {
  Lab lab(1);
  lab.give(0, core::AwaitInheritance{});
  lab.give(0, core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.100"), 24, true, false, true});
  lab.apply(0, Lab::instance(100));
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(0) == State::init);
  lab.take(0);
  lab.give(0, core::Stop{});
  EXPECT(lab.take(0) == Lines{"unlisten", "stopped"});
}

TEST_CASE("another virtual router of that name inherits nothing, and begins as ever") {
  auto lab = pair();
  auto other = Lab::instanceV3(200, kTenth);
  other.vrid = Vrid{2};
  Lab heir(1);
  heir.give(0, core::AwaitInheritance{});
  heir.apply(0, other);
  core::CarriedInstance carried;
  carried.name = "VI_1";
  carried.vrid = Vrid{1};
  carried.version = core::VrrpVersion::v3;
  carried.interfaceName = lab::name("eth0");
  carried.state = State::master;
  core::Inherit inherit;
  inherit.instances.push_back(carried);
  heir.give(0, inherit);
  EXPECT(heir.state(0) == State::backup);
}
