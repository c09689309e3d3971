#include <cerrno>

#include "core_lab.h"
#include "testing.h"

// VIPs that somebody else has, too: another host, as duplicate address detection finds out, or
// somebody on this one.
using namespace failoverd;
using core::AddressState;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

// The only VIP is one that the kernel examines (`-nodad`), or not.
core::InstanceConfig ipv6(std::uint32_t flags) {
  auto config = Lab::instanceV3(200, Duration::ofSeconds(1));
  config.family = Family::ipv6;
  config.multicastGroup = lab::ip("ff02::12");
  config.addresses = {lab::vip("fe80::100", 64)};
  config.addresses.front().flags = flags;
  return config;
}

Lab masterOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

core::LocalAddressAppeared byHand(const char* address, IfIndex where = lab::kEth0) {
  return {where, lab::ip(address), 24, false, false, false};
}

}  // namespace

TEST_CASE("a duplicate that the kernel finds is removed, and the instance is in FAULT with it") {
  auto lab = masterOf(ipv6(0));
  lab.give(0, core::LocalAddressDuplicate{lab::kEth0, lab::ip("fe80::100")});
  const auto lines = lab.take(0);
  REQUIRE(lines.size() > 3);
  EXPECT(Lines(lines.begin(), lines.begin() + 3) ==
         Lines{"remove fe80::100", "failed fe80::100 98", "goodbye"});
  EXPECT(lines.back() == "state master->fault addressRefused");
  REQUIRE(lab.status(0).faults.size() == 1);
  EXPECT(lab.status(0).faults.front().errorNumber == EADDRINUSE);
  EXPECT(!lab.has(0, "fe80::100"));
  // The other host may have given it up.
  lab.run(Duration::ofSeconds(6));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("one duplicate of two: it serves with the other and tries again") {
  auto config = ipv6(0);
  config.addresses.push_back(lab::vip("2001:db8::1", 64));
  auto lab = masterOf(config);
  lab.give(0, core::LocalAddressDuplicate{lab::kEth0, lab::ip("fe80::100")});
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::failed);
  EXPECT(lab.status(0).addresses[0].errorNumber == EADDRINUSE);
  lab.run(Duration::ofSeconds(6));
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("a duplicate by hand, in the place of a VIP that is not examined, is replaced") {
  Lab lab(1);
  lab.give(0, core::LocalAddressAppeared{lab::kEth0, lab::ip("fe80::100"), 64, false, true, false});
  lab.give(0, core::LocalAddressDuplicate{lab::kEth0, lab::ip("fe80::100")});
  lab.refuseAddresses(0, EEXIST);
  lab.apply(0, ipv6(0x02));
  EXPECT(lab.takeOnly(0, "foreign") == Lines{"foreign fe80::100 on eth0"});
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.takeOnly(0, "add") == Lines{"add fe80::100", "add fe80::100"});
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
}

TEST_CASE("an address by hand is told once, wherever it stands on this host, until it goes") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  lab.give(0, byHand("10.0.1.100"));
  lab.give(0, byHand("10.0.1.100"));
  EXPECT(lab.takeOnly(0, "foreign") == Lines{"foreign 10.0.1.100 on eth0"});
  EXPECT(lab.status(0).addresses[0].foreignOn == lab::name("eth0"));
  lab.give(0, core::LocalAddressRemoved{lab::kEth0, lab::ip("10.0.1.100"), 24});
  EXPECT(lab.status(0).addresses[0].foreignOn.empty());
  lab.give(0, byHand("10.0.1.100", lab::kEth1));
  EXPECT(lab.takeOnly(0, "foreign") == Lines{"foreign 10.0.1.100 on eth1"});
  lab.give(0, core::LinkRemoved{lab::kEth1});
  EXPECT(lab.status(0).addresses[0].foreignOn.empty());
}

TEST_CASE("an address that stood by hand before it was configured is told as well") {
  Lab lab(1);
  lab.give(0, byHand("10.0.1.100", lab::kEth1));
  lab.apply(0, Lab::instance(100));
  EXPECT(lab.takeOnly(0, "foreign") == Lines{"foreign 10.0.1.100 on eth1"});
}

TEST_CASE("neither an owner's address nor a link-local one of another link is odd") {
  auto config = Lab::instance(255);
  config.addresses = {lab::vip("10.0.1.1")};
  Lab owner(1);
  owner.apply(0, config);
  EXPECT(owner.takeOnly(0, "foreign").empty());

  Lab lab(1);
  lab.apply(0, ipv6(0x02));
  lab.give(0, byHand("fe80::100", lab::kEth1));
  EXPECT(lab.takeOnly(0, "foreign").empty());
}

TEST_CASE(
    "the address that adverts leave from is the host's own, whatever the priority: it stays") {
  auto config = Lab::instance(100);
  config.addresses = {lab::vip("10.0.1.1"), lab::vip("10.0.1.100")};
  Lab lab(1);
  lab.give(0, byHand("10.0.1.100"));
  lab.apply(0, config);
  EXPECT(lab.takeOnly(0, "foreign") ==
         Lines{"foreign 10.0.1.1 on eth0", "foreign 10.0.1.100 on eth0"});
  lab.run(Duration::ofSeconds(5));
  REQUIRE(lab.state(0) == State::master);
  EXPECT(lab.status(0).addresses[0].state == AddressState::confirmed);
  EXPECT(lab.takeOnly(0, "add") == Lines{"add 10.0.1.100"});
  lab.give(0, core::LinkChanged{lab::kEth0, lab::name("eth0"), false, false, {}, 1500, false});
  EXPECT(lab.takeOnly(0, "remove") == Lines{"remove 10.0.1.100"});
}

TEST_CASE("what we have put there is not odd on a kernel that keeps no mark") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, byHand("10.0.1.100"));
  EXPECT(lab.takeOnly(0, "foreign").empty());
}
