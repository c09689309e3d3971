#include "core_lab.h"
#include "testing.h"

// Taken out of service by an operator, make before break.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

constexpr auto kPatience = Duration::ofMillis(1100);

core::Drain drained(std::uint32_t id = 1, bool insist = false) {
  return {InstanceId{id}, true, kPatience, insist};
}

core::Drain undrained() {
  return {InstanceId{1}, false};
}

Lab alone() {
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

core::InstanceConfig member(std::uint32_t id, std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.id = InstanceId{id};
  config.vrid = Vrid{static_cast<std::uint8_t>(id)};
  config.addresses = {lab::vip(id == 1 ? "10.0.1.100" : "10.0.1.101")};
  return config;
}

Lab groups() {
  core::GroupConfig group;
  group.id = GroupId{1};
  group.members = {InstanceId{1}, InstanceId{2}};
  Lab lab(2);
  for (std::size_t host = 0; host < 2; ++host) {
    const std::uint8_t priority = host == 0 ? 200 : 100;
    lab.give(host, core::ApplyGroup{group});
    lab.apply(host, member(1, priority));
    lab.apply(host, member(2, priority));
    lab.run(Duration::ofSeconds(4));
  }
  REQUIRE(lab.state(0, 1) == State::master);
  REQUIRE(lab.state(0, 2) == State::master);
  lab.take(0);
  return lab;
}

}  // namespace

TEST_CASE("drain: the VIP stays until the next master is heard, and then FAULT") {
  auto lab = lab::masterAndBackup();
  lab.give(0, drained());
  EXPECT(lab.take(0) == Lines{"goodbye"});
  lab.run(Duration::ofMillis(600));  // skewTime of 100 is 609 ms
  EXPECT(lab.take(0).empty());
  EXPECT(lab.has(0, "10.0.1.100"));
  lab.run(Duration::ofMillis(20));
  EXPECT(lab.take(0) == Lines{"remove 10.0.1.100", "state master->fault drained", "drain drained",
                              "master 10.0.1.2"});
  EXPECT(lab.has(1, "10.0.1.100"));
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(1) == State::master);
  EXPECT(lab.take(0).empty());
  EXPECT(lab.status(0).counters.goodbyesSent == 1);
}

TEST_CASE("drain: a MASTER whom nobody relieves goes on, and says so") {
  auto lab = alone();
  lab.give(0, drained());
  lab.run(kPatience - Duration::ofMillis(1));
  EXPECT(lab.take(0) == Lines{"goodbye"});
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.take(0) == Lines{"drain nobodyElse", "advert 200"});
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.has(0, "10.0.1.100"));
  EXPECT(!lab.status(0).drained);
  lab.run(Duration::ofSeconds(3));
  EXPECT(lab.take(0) == Lines{"advert 200", "advert 200", "advert 200"});
}

TEST_CASE("drain: who insists takes it out of service all the same, when nobody has come") {
  auto lab = alone();
  lab.give(0, drained(1, true));
  lab.run(kPatience);
  EXPECT(lab.take(0) ==
         Lines{"goodbye", "remove 10.0.1.100", "state master->fault drained", "drain drained"});
  lab.give(0, drained());
  EXPECT(lab.take(0) == Lines{"drain drained"});
}

TEST_CASE("drain: without patience at once, also on second thought") {
  auto lab = alone();
  lab.give(0, drained());
  lab.give(0, core::Drain{InstanceId{1}, true});
  EXPECT(lab.take(0) ==
         Lines{"goodbye", "remove 10.0.1.100", "state master->fault drained", "drain drained"});
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.take(0).empty());
}

TEST_CASE("drain: undone while it waits, the MASTER goes on") {
  auto lab = lab::masterAndBackup();
  lab.give(0, drained());
  lab.run(Duration::ofMillis(300));
  lab.give(0, undrained());
  EXPECT(lab.take(0) == Lines{"goodbye", "drain cancelled", "advert 200"});
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.state(1) == State::backup);
}

TEST_CASE("drain: a BACKUP has nothing to wait for") {
  auto lab = lab::masterAndBackup();
  lab.take(1);
  lab.give(1, drained());
  EXPECT(lab.take(1) == Lines{"state backup->fault drained", "drain drained"});
}

TEST_CASE("drain: a link that goes down meanwhile does not wait for anybody") {
  auto lab = lab::masterAndBackup();
  lab.give(0, drained());
  lab.take(0);
  core::LinkChanged down;
  down.ifIndex = lab::kEth0;
  down.interfaceName = lab::name("eth0");
  lab.give(0, down);
  EXPECT(lab.takeOnly(0, "drain") == Lines{"drain drained"});
  EXPECT(lab.state(0) == State::fault);
  EXPECT(lab.status(0).drained);
}

TEST_CASE("drain: a stop ends the waiting of one and begins its own") {
  auto lab = alone();
  lab.give(0, drained());
  lab.take(0);
  lab.give(0, core::Stop{Duration::ofSeconds(2), true});
  EXPECT(lab.take(0) == Lines{"drain cancelled", "goodbye"});
  lab.run(Duration::ofMillis(1999));
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.take(0) ==
         Lines{"remove 10.0.1.100", "state master->init stopping", "unlisten", "stopped"});
}

TEST_CASE("drain: an interval that changes meanwhile is not told") {
  auto lab = lab::masterAndBackup();
  lab.give(0, drained());
  lab.take(0);
  auto config = Lab::instance(200);
  config.revision = Revision{2};
  config.advertInterval = Duration::ofSeconds(2);
  lab.apply(0, config);
  EXPECT(lab.takeOnly(0, "advert").empty());
  EXPECT(lab.has(0, "10.0.1.100"));
}

TEST_CASE("drain: no other process takes the place of one that waits") {
  auto lab = alone();
  lab.give(0, drained());
  EXPECT(!lab.bequeaths(0));
  lab.run(kPatience);
  EXPECT(lab.bequeaths(0));
}

TEST_CASE("drain: a sync group leaves together, when all of it has been relieved") {
  auto lab = groups();
  lab.give(0, drained());
  EXPECT(lab.take(0) == Lines{"goodbye", "#2 goodbye"});
  lab.run(Duration::ofMillis(600));
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(20));
  EXPECT(lab.takeOnly(0, "drain") == Lines{"drain drained"});
  EXPECT(lab.state(0, 1) == State::fault);
  EXPECT(lab.state(0, 2) == State::fault);
  EXPECT(lab.state(1, 1) == State::master);
  EXPECT(lab.state(1, 2) == State::master);
  EXPECT(lab.status(0, 1).counters.goodbyesSent == 1);
  EXPECT(lab.status(0, 2).counters.goodbyesSent == 1);
  EXPECT(lab.status(0, 1).drained);
  EXPECT(!lab.status(0, 2).drained);
}

TEST_CASE("drain: of a sync group that nobody relieves every member goes on") {
  auto lab = groups();
  lab.kill(1);
  lab.give(0, drained());
  lab.give(0, drained(2));
  lab.run(kPatience);
  EXPECT(lab.takeOnly(0, "drain") == Lines{"drain nobodyElse"});
  EXPECT(lab.state(0, 1) == State::master);
  EXPECT(lab.state(0, 2) == State::master);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.take(0) == Lines{"advert 200", "#2 advert 200", "advert 200", "#2 advert 200"});
}

TEST_CASE("drain: a member goes on when the one that was named is removed meanwhile") {
  auto lab = groups();
  lab.kill(1);
  lab.give(0, drained());
  lab.take(0);
  lab.give(0, core::RemoveInstance{InstanceId{1}});
  lab.run(kPatience);
  lab.take(0);
  EXPECT(lab.state(0, 2) == State::master);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.take(0) == Lines{"#2 advert 200", "#2 advert 200"});
}

TEST_CASE("drain: so does one whose group is dissolved, and hears others as always") {
  auto lab = groups();
  lab.give(0, drained());
  lab.take(0);
  for (const std::size_t host : {0U, 1U}) lab.give(host, core::RemoveGroup{GroupId{1}});
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0, 1) == State::fault);
  EXPECT(lab.state(0, 2) == State::master);
  EXPECT(lab.state(1, 1) == State::master);
  lab.take(0);
  lab.run(Duration::ofSeconds(1));
  EXPECT(lab.take(0) == Lines{"#2 advert 200"});
}
