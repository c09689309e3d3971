#include <algorithm>
#include <cerrno>

#include "core_lab.h"
#include "testing.h"

// The life of VIPs and their announcements.
using namespace failoverd;
using core::AddressState;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

Lab masterOf(const core::InstanceConfig& config, core::CoreOptions options = {}) {
  Lab lab(1, options);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

core::LocalAddressAppeared leftover(const char* address) {
  return {lab::kEth0, lab::ip(address), 24, true, false, true};
}

}  // namespace

TEST_CASE("for each repetition each VIP, after the last confirmation, and again after the delay") {
  auto config = Lab::instance(200);
  config.addresses = {lab::vip("10.0.1.100"), lab::vip("10.0.1.101")};
  config.announce.delay = Duration::ofSeconds(5);
  config.announce.refresh = Duration::ofSeconds(7);
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3219));
  const Lines burst{"announce 10.0.1.100", "announce 10.0.1.101", "announce 10.0.1.100",
                    "announce 10.0.1.101"};
  EXPECT(lab.takeOnly(0, "announce") == burst);
  lab.run(Duration::ofMillis(4999));
  EXPECT(lab.takeOnly(0, "announce").empty());
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.takeOnly(0, "announce") == burst);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.takeOnly(0, "announce") == Lines{"announce 10.0.1.100", "announce 10.0.1.101"});
  lab.run(Duration::ofSeconds(7));
  EXPECT(lab.takeOnly(0, "announce").size() == 2);
}

TEST_CASE("what somebody else removes is put back at once, without giving up mastership") {
  auto lab = masterOf(Lab::instance(200));
  lab.removeByHand(0, "10.0.1.100");
  EXPECT(lab.take(0) == Lines{"add 10.0.1.100", "restored 10.0.1.100", "announce 10.0.1.100",
                              "announce 10.0.1.100"});
  EXPECT(lab.has(0, "10.0.1.100"));
  EXPECT(lab.status(0).counters.addressesRestored == 1);
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("but not for ever: FAULT with one goodbye, and another try after a minute") {
  core::CoreOptions options;
  options.restoresPerMinute = 3;
  auto lab = masterOf(Lab::instance(200), options);
  for (int i = 0; i < 3; ++i) lab.removeByHand(0, "10.0.1.100");
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  lab.removeByHand(0, "10.0.1.100");
  EXPECT(lab.take(0) == Lines{"goodbye", "state master->fault addressLost"});
  EXPECT(lab.status(0).cause.address == lab::ip("10.0.1.100"));
  lab.run(Duration::ofSeconds(59));
  EXPECT(lab.state(0) == State::fault);
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.has(0, "10.0.1.100"));
}

TEST_CASE("no_track: what somebody else removes stays away") {
  auto config = Lab::instance(200);
  config.addresses.front().track = false;
  auto lab = masterOf(config);
  lab.removeByHand(0, "10.0.1.100");
  EXPECT(lab.take(0).empty());
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("when every VIP is refused the instance is in FAULT and says why") {
  Lab lab(1);
  lab.refuseAddresses(0, EPERM);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofMillis(3219));
  EXPECT(lab.take(0) == Lines{"listen", "applied", "state init->backup started", "advert 200",
                              "add 10.0.1.100", "state backup->master masterSilent",
                              "failed 10.0.1.100 1", "goodbye",
                              "state master->fault addressRefused"});
  REQUIRE(lab.status(0).faults.size() == 1);
  EXPECT(lab.status(0).faults.front().errorNumber == EPERM);
  lab.refuseAddresses(0, 0);
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("an interface that goes takes its VIP first, and that is no refusal") {
  auto config = Lab::instance(200);
  config.addresses.front().interfaceName = lab::name("wg0");
  Lab lab(1);
  const IfIndex wg0{9};
  lab.give(0, core::LinkChanged{wg0, lab::name("wg0"), true, true, {}, 1420, true});
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  lab.refuseAddresses(0, ENODEV);
  lab.give(0, core::LocalAddressRemoved{wg0, lab::ip("10.0.1.100"), 24});
  EXPECT(lab.take(0) == Lines{"add 10.0.1.100"});
  lab.give(0, core::LinkRemoved{wg0});
  lab.refuseAddresses(0, 0);
  const IfIndex again{10};
  lab.give(0, core::LinkChanged{again, lab::name("wg0"), true, true, {}, 1420, true});
  EXPECT(lab.take(0) == Lines{"add 10.0.1.100"});
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("when some VIPs are refused it serves with the others and tries again") {
  auto config = Lab::instance(200);
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  lab.refuseAddresses(0, EINVAL);
  config.addresses.push_back(lab::vip("10.0.1.101"));
  config.revision = Revision{2};
  lab.apply(0, config);
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[1].state == AddressState::failed);
  lab.refuseAddresses(0, 0);
  lab.take(0);
  lab.run(Duration::ofSeconds(6));
  EXPECT(lab.status(0).addresses[1].state == AddressState::confirmed);
}

TEST_CASE("EEXIST is as good as done") {
  Lab lab(1);
  lab.refuseAddresses(0, EEXIST);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("leftovers of a former run stay for whoever becomes MASTER") {
  Lab lab(1);
  lab.give(0, leftover("10.0.1.100"));
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.takeOnly(0, "remove").empty());
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("leftovers go when another master is heard, and on FAULT") {
  Lab lab(1);
  lab.give(0, leftover("10.0.1.100"));
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instance(100), 200);
  EXPECT(lab.take(0) == Lines{"remove 10.0.1.100", "master 10.0.1.9"});

  Lab down(1);
  down.give(0, leftover("10.0.1.100"));
  down.give(0, core::LinkChanged{lab::kEth0, lab::name("eth0"), true, false, {}, 1500, false});
  down.apply(0, Lab::instance(100));
  EXPECT(down.takeOnly(0, "remove") == Lines{"remove 10.0.1.100"});
}

TEST_CASE("an owner's address that the administrator gave stays his") {
  auto config = Lab::instance(255);
  config.addresses = {lab::vip("10.0.1.1")};
  Lab lab(1);
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"listen", "applied", "advert 255", "announce 10.0.1.1",
                              "announce 10.0.1.1", "state init->master owner"});
  lab.give(0, core::Stop{});
  EXPECT(lab.takeOnly(0, "remove").empty());
}

TEST_CASE("the kernel's late word of our own removal is not taken for somebody else's") {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.inject(0, "10.0.1.9", Lab::instance(100), 250);
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.takeOnly(0, "restored").empty());
}

TEST_CASE("a VIP on another interface comes and goes with it, and is missed aloud") {
  auto config = Lab::instance(200);
  config.addresses.push_back(lab::vip("192.168.7.1"));
  config.addresses.back().interfaceName = lab::name("wg0");
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  const Lines missed{"failed 192.168.7.1 " + std::to_string(ENODEV)};
  EXPECT(lab.takeOnly(0, "failed") == missed);
  EXPECT(lab.status(0).addresses[1].state == AddressState::absent);
  EXPECT(lab.status(0).addresses[1].errorNumber == ENODEV);
  const IfIndex wg0{9};
  lab.take(0);
  lab.give(0, core::LinkChanged{wg0, lab::name("wg0"), true, true, {}, 1420, true});
  EXPECT(lab.take(0) == Lines{"add 192.168.7.1"});  // no ARP there, nothing to announce
  EXPECT(lab.status(0).addresses[1].state == AddressState::confirmed);
  EXPECT(lab.status(0).addresses[1].errorNumber == 0);
  lab.give(0, core::LinkRemoved{wg0});
  EXPECT(lab.take(0) == missed);
  EXPECT(lab.status(0).addresses[1].state == AddressState::absent);
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("a VIP that the kernel examines for duplicates is announced when it is done") {
  auto config = Lab::instanceV3(200, Duration::ofSeconds(1));
  config.family = Family::ipv6;
  config.multicastGroup = lab::ip("ff02::12");
  config.addresses = {lab::vip("fe80::100", 64)};
  config.addresses.front().flags = 0;
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  // The lab's kernel says "not tentative" together with the confirmation.
  EXPECT(lab.takeOnly(0, "announce").size() == 2);
}
