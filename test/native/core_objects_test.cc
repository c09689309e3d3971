#include <algorithm>
#include <cerrno>

#include "core_lab.h"
#include "testing.h"

// The life of routes, rules and static objects beside that of addresses.
using namespace failoverd;
using core::ObjectKind;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::ObjectConfig object(ObjectKind kind, const char* destination) {
  core::ObjectConfig config;
  config.key = {kind, Family::ipv4, lab::ip(destination), 24, 254, 0};
  config.add.assign(32, 0xaa);
  config.remove.assign(32, 0xbb);
  return config;
}

core::InstanceConfig withObjects(std::uint8_t priority = 200) {
  auto config = Lab::instance(priority);
  config.objects = {object(ObjectKind::route, "10.1.0.0"), object(ObjectKind::rule, "10.2.0.0")};
  return config;
}

Lab masterOf(const core::InstanceConfig& config, core::CoreOptions options = {}) {
  Lab lab(1, options);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  return lab;
}

core::LinkChanged eth7(bool up) {
  core::LinkChanged fact;
  fact.ifIndex = IfIndex{9};
  fact.interfaceName = lab::name("eth7");
  fact.up = up;
  fact.running = up;
  return fact;
}

}  // namespace

TEST_CASE("routes and rules follow the addresses, and go before them") {
  auto lab = masterOf(withObjects());
  EXPECT(lab.takeOnly(0, "add") ==
         Lines{"add 10.0.1.100", "add route 10.1.0.0", "add rule 10.2.0.0"});
  lab.give(0, core::Stop{});
  EXPECT(lab.takeOnly(0, "remove") ==
         Lines{"remove rule 10.2.0.0", "remove route 10.1.0.0", "remove 10.0.1.100"});
}

TEST_CASE("a route or rule that somebody else removes is put back, but not for ever") {
  core::CoreOptions options;
  options.restoresPerMinute = 2;
  auto lab = masterOf(withObjects(), options);
  lab.take(0);
  const auto route = withObjects().objects[0].key;
  lab.removeByHand(0, route);
  EXPECT(lab.take(0) == Lines{"add route 10.1.0.0", "restored route 10.1.0.0"});
  lab.removeByHand(0, route);
  lab.take(0);
  lab.removeByHand(0, route);
  EXPECT(lab.take(0) == Lines{"failed route 10.1.0.0 " + std::to_string(EBUSY)});
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("an untracked route that is removed stays away") {
  auto config = withObjects();
  config.objects[0].track = false;
  auto lab = masterOf(config);
  lab.take(0);
  lab.removeByHand(0, config.objects[0].key);
  EXPECT(lab.take(0).empty());
}

TEST_CASE("a refused route leaves MASTER alone, is told once and tried again") {
  auto config = withObjects();
  Lab lab(1);
  lab.refuseObjects(0, ENETUNREACH);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(20));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.takeOnly(0, "failed").size() == 2);
  lab.refuseObjects(0, 0);
  lab.run(Duration::ofSeconds(6));
  EXPECT(lab.takeOnly(0, "add route").size() == 1);
  lab.run(Duration::ofSeconds(20));
  EXPECT(lab.takeOnly(0, "add").empty());
}

TEST_CASE("what an address took along silently is asked for again after it") {
  auto lab = masterOf(withObjects());
  lab.take(0);
  lab.removeByHand(0, "10.0.1.100");
  EXPECT(lab.takeOnly(0, "add") ==
         Lines{"add 10.0.1.100", "add route 10.1.0.0", "add rule 10.2.0.0"});
}

TEST_CASE("a route over another interface waits for it, and carries its number") {
  auto config = withObjects();
  config.objects = {object(ObjectKind::route, "10.1.0.0")};
  config.objects[0].devices = {{lab::name("eth7"), 8, 12}};
  auto lab = masterOf(config);
  EXPECT(lab.takeOnly(0, "add route").empty());
  lab.give(0, eth7(true));
  EXPECT(lab.takeOnly(0, "add route").size() == 1);
  lab.give(0, eth7(false));
  lab.take(0);
  lab.give(0, eth7(true));
  EXPECT(lab.takeOnly(0, "add route").size() == 1);
}

TEST_CASE("what a former run left behind goes once another master is heard") {
  Lab lab(1);
  lab.apply(0, withObjects(50));
  lab.run(Duration::ofMillis(10));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(lab.takeOnly(0, "remove") == Lines{"remove rule 10.2.0.0", "remove route 10.1.0.0"});
  lab.inject(0, "10.0.1.9", Lab::instance(100), 100);
  EXPECT(lab.takeOnly(0, "remove").empty());
}

TEST_CASE("an update touches only what differs") {
  auto config = withObjects();
  auto lab = masterOf(config);
  lab.take(0);
  config.revision = Revision{2};
  config.objects = {config.objects[0], object(ObjectKind::rule, "10.3.0.0")};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"remove rule 10.2.0.0", "add rule 10.3.0.0", "applied"});
}

TEST_CASE("static objects stand from the start to the stop, whoever is master") {
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.give(0, core::ApplyStatics{{object(ObjectKind::route, "10.4.0.0")}, {}});
  EXPECT(lab.takeOnly(0, "#0") == Lines{"#0 add route 10.4.0.0"});
  lab.removeByHand(0, object(ObjectKind::route, "10.4.0.0").key);
  EXPECT(lab.take(0) == Lines{"#0 add route 10.4.0.0", "restored route 10.4.0.0"});
  lab.run(Duration::ofSeconds(4));
  lab.take(0);
  lab.give(0, core::Stop{});
  const auto lines = lab.take(0);
  const auto at = [&](const char* line) { return std::find(lines.begin(), lines.end(), line); };
  EXPECT(at("remove 10.0.1.100") < at("#0 remove route 10.4.0.0"));
  EXPECT(at("#0 remove route 10.4.0.0") < at("stopped"));
  EXPECT(lines.back() == "stopped");
}

TEST_CASE("track_group: no instance of the group serves without the static object") {
  Lab lab(1);
  const std::vector<core::ObjectConfig> objects{object(ObjectKind::route, "10.4.0.0")};
  lab.refuseObjects(0, ENETUNREACH);
  lab.give(0, core::ApplyStatics{objects, {{InstanceId{1}, 0}}});
  lab.apply(0, Lab::instance(200));
  auto other = Lab::instance(200);
  other.id = InstanceId{2};
  other.vrid = Vrid{2};
  other.addresses = {lab::vip("10.0.1.101")};
  lab.apply(0, other);
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::fault);
  REQUIRE(lab.status(0).faults.size() == 1);
  EXPECT(lab.status(0).faults[0].kind == core::CauseKind::staticMissing);
  EXPECT(lab.status(0).faults[0].errorNumber == ENETUNREACH);
  EXPECT(lab.state(0, 2) == State::master);  // which is not in the group
  // It stands after the next try.
  lab.refuseObjects(0, 0);
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(0) == State::master);
  lab.take(0);
  // Somebody removes it: put back at once, which is no reason to leave.
  lab.removeByHand(0, objects[0].key);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.takeOnly(0, "state").empty());
  // A reload takes the instance out of the group, and puts it in again.
  lab.give(0, core::ApplyStatics{objects, {}});
  lab.refuseObjects(0, ENETUNREACH);
  lab.removeByHand(0, objects[0].key);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(0) == State::master);
  lab.give(0, core::ApplyStatics{objects, {{InstanceId{1}, 0}}});
  EXPECT(lab.state(0) == State::fault);
}
