#include "core_lab.h"
#include "testing.h"

// interface_up_down_delays: an interface counts as down, or up, when that has lasted.
using namespace failoverd;
using core::CauseKind;
using core::State;
using lab::Lab;

namespace {

core::LinkChanged link(const char* name, bool up) {
  const auto ifIndex = std::string_view(name) == "eth0" ? lab::kEth0 : lab::kEth1;
  return {ifIndex, lab::name(name), up, up, MacAddress{{2, 0, 0, 0, 0, 1}}, 1500, false};
}

core::ApplyInterfaces delayed(const char* name, Duration down, Duration up) {
  core::ApplyInterfaces interfaces;
  interfaces.delays = {{lab::name(name), down, up}};
  return interfaces;
}

Lab masterOf(const core::InstanceConfig& config, const core::ApplyInterfaces& interfaces) {
  Lab lab(1);
  lab.give(0, link("eth1", true));
  lab.give(0, interfaces);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(5));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

}  // namespace

TEST_CASE("a tracked interface that comes back within its delay was never down") {
  auto config = Lab::instance(200);
  config.interfaces = {{lab::name("eth1"), 0, false}};
  auto lab = masterOf(config, delayed("eth1", Duration::ofSeconds(2), Duration::ofSeconds(3)));
  lab.give(0, link("eth1", false));
  lab.run(Duration::ofMillis(1900));
  EXPECT(lab.state(0) == State::master);
  lab.give(0, link("eth1", true));
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.takeOnly(0, "state").empty());
}

TEST_CASE("it counts as down when the delay has passed, and as up after the other one") {
  auto config = Lab::instance(200);
  config.interfaces = {{lab::name("eth1"), 0, false}};
  auto lab = masterOf(config, delayed("eth1", Duration::ofSeconds(2), Duration::ofSeconds(3)));
  lab.give(0, link("eth1", false));
  lab.run(Duration::ofMillis(1999));
  EXPECT(lab.state(0) == State::master);
  lab.run(Duration::ofMillis(2));
  EXPECT(lab.state(0) == State::fault);
  lab.give(0, link("eth1", true));
  lab.run(Duration::ofMillis(2999));
  EXPECT(lab.state(0) == State::fault);
  lab.run(Duration::ofMillis(2));
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("a weight waits for the delay as well") {
  auto config = Lab::instance(200);
  config.interfaces = {{lab::name("eth1"), -50, false}};
  auto lab = masterOf(config, delayed("eth1", Duration::ofSeconds(2), Duration::zero()));
  lab.give(0, link("eth1", false));
  EXPECT(lab.status(0).effectivePriority == Priority{200});
  lab.run(Duration::ofMillis(2001));
  EXPECT(lab.status(0).effectivePriority == Priority{150});
  lab.give(0, link("eth1", true));
  EXPECT(lab.status(0).effectivePriority == Priority{200});
}

TEST_CASE("a BACKUP knows that its interface is down before the silence makes a master of it") {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.apply(1, Lab::instance(100));
  lab.run(Duration::ofSeconds(10));
  REQUIRE(lab.state(1) == State::backup);
  lab.give(1, delayed("eth0", Duration::ofSeconds(255), Duration::zero()));
  lab.take(1);
  lab.cut(0, 1);
  lab.give(1, link("eth0", false));
  lab.run(Duration::ofSeconds(20));
  EXPECT(lab.takeOnly(1, "state").size() == 1);
  EXPECT(lab.state(1) == State::fault);
}

TEST_CASE("an interface that was deleted is gone at once, and a new one counts as it is") {
  auto lab = masterOf(Lab::instance(200),
                      delayed("eth0", Duration::ofSeconds(2), Duration::ofSeconds(100)));
  lab.give(0, core::LinkRemoved{lab::kEth0});
  EXPECT(lab.state(0) == State::fault);
  lab.give(0, link("eth0", true));
  lab.give(0, core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("a MASTER announces again where its MAC address is another, or the cable was out") {
  auto config = Lab::instance(200);
  config.trackPrimary = false;
  auto lab = masterOf(config, {});
  const std::vector<std::string> burst{"announce 10.0.1.100", "announce 10.0.1.100"};
  auto fact = link("eth0", true);
  fact.mac = MacAddress{{2, 0, 0, 0, 0, 9}};
  lab.give(0, fact);
  EXPECT(lab.takeOnly(0, "announce") == burst);
  lab.give(0, fact);
  EXPECT(lab.takeOnly(0, "announce").empty());
  fact.up = fact.running = false;
  lab.give(0, fact);
  EXPECT(lab.takeOnly(0, "announce").empty());
  fact.up = fact.running = true;
  lab.give(0, fact);
  EXPECT(lab.takeOnly(0, "announce") == burst);
}
