#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// Limits of announcements (garp_interval, gna_interval, garp_group), and what is announced beside
// the interface of the instance (garp_extra_if).
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::ApplyInterfaces limited(std::vector<core::InterfaceName> names, Duration interval) {
  core::ApplyInterfaces interfaces;
  interfaces.limits = {{std::move(names), interval, interval}};
  return interfaces;
}

core::InstanceConfig withTwo(std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.addresses = {lab::vip("10.0.1.100"), lab::vip("10.0.1.101")};
  return config;
}

core::LinkChanged eth1() {
  return {lab::kEth1, lab::name("eth1"), true, true, MacAddress{{2, 0, 0, 0, 0, 1}}, 1500, false};
}

// Taken from the first takeover on.
Lines announcements(Lab& lab) {
  auto lines = lab.takeTimed(0);
  std::erase_if(
      lines, [](const std::string& line) { return line.find(" announce ") == std::string::npos; });
  return lines;
}

}  // namespace

TEST_CASE("a limited interface announces one after the other, in rounds") {
  Lab lab(1);
  lab.give(0, limited({lab::name("eth0")}, Duration::ofMillis(100)));
  lab.apply(0, withTwo(200));
  lab.run(Duration::ofMillis(3219));
  REQUIRE(lab.state(0) == State::master);
  const auto first = lab.takeOnly(0, "announce");
  EXPECT(first == Lines{"announce 10.0.1.100"});
  lab.run(Duration::ofMillis(99));
  EXPECT(lab.takeOnly(0, "announce").empty());
  lab.run(Duration::ofMillis(202));
  EXPECT(lab.takeOnly(0, "announce") ==
         (Lines{"announce 10.0.1.101", "announce 10.0.1.100", "announce 10.0.1.101"}));
  lab.run(Duration::ofSeconds(3));
  EXPECT(lab.takeOnly(0, "announce").empty());
}

TEST_CASE("who is MASTER no longer owes nothing") {
  auto config = withTwo(200);
  Lab lab(1);
  lab.give(0, limited({lab::name("eth0")}, Duration::ofMillis(100)));
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3219));
  lab.take(0);
  lab.inject(0, "10.0.1.9", config, 250);
  REQUIRE(lab.state(0) == State::backup);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.takeOnly(0, "announce").empty());
}

TEST_CASE("the interfaces of a group share a limit, others have none") {
  auto config = Lab::instance(200);
  config.announce.repeat = 1;
  auto other = lab::vip("10.0.2.100");
  other.interfaceName = lab::name("eth1");
  config.addresses = {lab::vip("10.0.1.100"), other};
  for (const bool together : {true, false}) {
    Lab lab(1);
    lab.give(0, eth1());
    std::vector<core::InterfaceName> names{lab::name("eth0")};
    if (together) names.push_back(lab::name("eth1"));
    lab.give(0, limited(names, Duration::ofMillis(100)));
    lab.apply(0, config);
    lab.run(Duration::ofMillis(3219));
    EXPECT(lab.takeOnly(0, "announce").size() == (together ? 1 : 2));
    lab.run(Duration::ofMillis(101));
    EXPECT(lab.takeOnly(0, "announce").size() == (together ? 1 : 0));
  }
}

TEST_CASE("a limit that goes away lets go of what was owed; nothing is lost on a reload") {
  Lab lab(1);
  lab.give(0, limited({lab::name("eth0")}, Duration::ofSeconds(10)));
  auto config = withTwo(200);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3219));
  EXPECT(lab.takeOnly(0, "announce") == Lines{"announce 10.0.1.100"});
  config.revision = Revision{2};
  lab.apply(0, config);
  EXPECT(lab.takeOnly(0, "announce").empty());
  lab.give(0, core::ApplyInterfaces{});
  EXPECT(lab.takeOnly(0, "announce") == (Lines{"announce 10.0.1.100", "announce 10.0.1.101"}));
}

TEST_CASE("garp_extra_if: every interval, the addresses that stand elsewhere") {
  auto config = Lab::instance(200);
  config.announce.extraInterval = Duration::ofSeconds(10);
  auto elsewhere = lab::vip("10.0.2.100");
  elsewhere.interfaceName = lab::name("eth1");
  elsewhere.announceExtra = true;
  config.addresses = {lab::vip("10.0.1.100"), elsewhere};
  Lab lab(1);
  lab.give(0, eth1());
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  lab.run(Duration::ofSeconds(20));
  EXPECT(lab.takeOnly(0, "announce") == (Lines{"announce 10.0.2.100", "announce 10.0.2.100"}));
}

TEST_CASE("a second master that stays is answered further and further apart") {
  auto config = Lab::instance(200);
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(10));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  for (int i = 0; i < 600; ++i) {
    lab.inject(0, "10.0.1.9", config, 100);
    lab.run(Duration::ofSeconds(1));
  }
  const auto lines = announcements(lab);
  EXPECT(lines.size() >= 10);
  EXPECT(lines.size() <= 20);
  // A new episode is answered at once.
  lab.run(Duration::ofSeconds(61));
  lab.take(0);
  lab.inject(0, "10.0.1.9", config, 100);
  EXPECT(lab.takeOnly(0, "announce").size() == 1);
}
