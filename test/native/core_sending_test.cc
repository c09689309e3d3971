#include <algorithm>
#include <cerrno>

#include "core_lab.h"
#include "openssl_hmac.h"
#include "testing.h"

// Adverts that the kernel does not send: one FAULT with its reason, until something can leave
// again.
using namespace failoverd;
using core::CauseKind;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::LinkChanged eth0WithMtu(std::uint32_t mtu) {
  const MacAddress mac{{2, 0, 0, 0, 0, 1}};
  return {lab::kEth0, lab::name("eth0"), true, true, mac, mtu, false};
}

Lab masterOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

core::InstanceConfig unicastTo(std::initializer_list<const char*> peers) {
  auto config = Lab::instance(200);
  config.unicast = true;
  for (const auto* peer : peers) config.unicastPeers.push_back({lab::ip(peer)});
  return config;
}

std::size_t countOf(const Lines& lines, std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(lines, text));
}

}  // namespace

TEST_CASE(
    "adverts that the kernel refuses for masterDownInterval: one FAULT, until they can leave") {
  // Netfilter, a route that forbids, an address that is not there, a full queue, no memory, a link
  // that has just gone, and our own word for "no socket"; to a group also what means "no route".
  for (const int error : {EPERM, EACCES, EINVAL, EADDRNOTAVAIL, ENOBUFS, EAGAIN, ENOMEM, ENETDOWN,
                          ENODEV, ENXIO, ENOTCONN, ENETUNREACH, EHOSTUNREACH}) {
    auto lab = masterOf(Lab::instance(200));
    lab.refuseAdverts(0, error);
    lab.run(Duration::ofSeconds(600));
    const auto lines = lab.take(0);
    EXPECT(countOf(lines, "state master->fault sendFailed") == 1);
    EXPECT(std::ranges::count_if(lines,
                                 [](const auto& line) { return line.starts_with("state"); }) == 1);
    EXPECT(countOf(lines, "probe") > 500);
    EXPECT(!lab.has(0, "10.0.1.100"));
    const auto fault = lab.status(0).faults.front();
    EXPECT(fault.kind == CauseKind::sendFailed);
    EXPECT(fault.errorNumber == error);
    EXPECT(fault.interfaceName == lab::name("eth0"));
    lab.refuseAdverts(0, 0);
    lab.run(Duration::ofMillis(1100));
    EXPECT(lab.takeOnly(0, "state") == Lines{"state fault->backup faultCleared"});
    lab.run(Duration::ofSeconds(4));
    EXPECT(lab.state(0) == State::master);
  }
}

TEST_CASE("the reason of a FAULT is the newest one") {
  auto lab = masterOf(Lab::instance(200));
  lab.refuseAdverts(0, EPERM);
  lab.run(Duration::ofSeconds(10));
  lab.refuseAdverts(0, EINVAL);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.status(0).faults.front().errorNumber == EINVAL);
  EXPECT(lab.takeOnly(0, "state") == Lines{"state master->fault sendFailed"});
}

TEST_CASE("without an interface to send from nothing is probed, and afterwards it is") {
  auto lab = masterOf(Lab::instance(200));
  lab.refuseAdverts(0, EPERM);
  lab.run(Duration::ofSeconds(10));
  auto down = eth0WithMtu(1500);
  down.running = false;
  lab.give(0, down);
  lab.run(Duration::ofMillis(200));
  lab.take(0);
  lab.run(Duration::ofSeconds(60));
  EXPECT(lab.take(0).empty());
  lab.refuseAdverts(0, 0);
  lab.give(0, eth0WithMtu(1500));
  lab.run(Duration::ofMillis(1200));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state fault->backup faultCleared"});
}

TEST_CASE("a probe changes nothing at those who hear it") {
  const auto digests = wire::opensslDigests();
  for (const auto kind : {core::AuthKind::none, core::AuthKind::ah}) {
    if (kind == core::AuthKind::ah && !digests) continue;
    auto config = Lab::instance(200);
    config.auth.kind = kind;
    config.preempt = false;
    Lab lab(2, {}, digests.value_or(wire::Digests{}));
    lab.apply(0, config);
    lab.run(Duration::ofSeconds(4));
    config.basePriority = Priority{100};
    lab.apply(1, config);
    lab.refuseAdverts(0, EPERM);
    lab.run(Duration::ofSeconds(20));
    EXPECT(lab.state(0) == State::fault);
    EXPECT(lab.state(1) == State::master);
    // Nor do numbers that were never heard make those of the other one old.
    const auto replayed = lab.status(0).counters.authFailures;
    lab.run(Duration::ofSeconds(60));
    EXPECT(lab.status(0).counters.authFailures == replayed);
    lab.take(1);
    lab.refuseAdverts(0, 0);
    lab.run(Duration::ofMillis(1100));
    REQUIRE(lab.state(0) == State::backup);
    const auto lines = lab.take(1);
    EXPECT(std::ranges::any_of(
        lines, [](const auto& line) { return line.find("unknownVrid") != std::string::npos; }));
    EXPECT(std::ranges::none_of(lines, [](const auto& line) {
      return line.starts_with("state") || line.starts_with("lower");
    }));
    EXPECT(lab.status(0).counters.advertsReceived > 50);
  }
}

TEST_CASE("where a probe leaves and an advert does not, the tries become rarer") {
  auto lab = masterOf(Lab::instance(200));
  std::vector<Instant> tries;
  while (tries.size() < 5) {
    const bool master = lab.state(0) == State::master;
    lab.refuseAdverts(0, master ? EPERM : 0);
    lab.run(Duration::ofMillis(100));
    if (!master && lab.state(0) == State::master) tries.push_back(lab.now());
  }
  for (std::size_t i = 2; i < tries.size(); ++i) {
    EXPECT(tries[i] - tries[i - 1] > tries[i - 1] - tries[i - 2]);
  }
  // After a long time in service it is the first time again.
  lab.refuseAdverts(0, 0);
  lab.run(Duration::ofSeconds(1000));
  lab.refuseAdverts(0, EPERM);
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::fault);
  lab.refuseAdverts(0, 0);
  lab.run(Duration::ofSeconds(2));
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("a successor goes on with the FAULT and finds its end") {
  auto lab = masterOf(Lab::instance(200));
  lab.refuseAdverts(0, EPERM);
  lab.run(Duration::ofSeconds(10));
  lab.take(0);
  lab.upgrade(0);
  lab.run(Duration::ofSeconds(60));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state fault->fault carriedOver"});
  lab.refuseAdverts(0, 0);
  lab.run(Duration::ofSeconds(6));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("an advert longer than the MTU is a FAULT to the octet, and no takeover is tried") {
  auto config = Lab::instance(200);
  config.version = core::VrrpVersion::v2;
  // IPv4 and VRRP header, two addresses, and the password that VRRPv2 always has.
  config.addresses = {lab::vip("10.0.1.100"), lab::vip("10.0.1.101")};
  constexpr std::uint32_t size = 20 + 8 + 2 * 4 + 8;
  Lab lab(1);
  lab.give(0, eth0WithMtu(size - 1));
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(600));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state init->fault sendFailed"});
  EXPECT(lab.status(0).faults.front().errorNumber == EMSGSIZE);
  lab.give(0, eth0WithMtu(size));
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("what signs an advert takes room in it, and VRRPv3 has no password") {
  const auto digests = wire::opensslDigests();
  if (!digests) return;
  auto config = Lab::instanceV3(200, Duration::ofSeconds(1));
  const auto stateWith = [&](std::uint32_t mtu) {
    Lab lab(1, {}, *digests);
    lab.give(0, eth0WithMtu(mtu));
    lab.apply(0, config);
    lab.run(Duration::ofSeconds(10));
    return lab.state(0);
  };
  EXPECT(stateWith(31) == State::fault);
  EXPECT(stateWith(32) == State::master);
  config.auth.kind = core::AuthKind::hmac;
  EXPECT(stateWith(32 + 27) == State::fault);
  EXPECT(stateWith(32 + 28) != State::fault);
}

TEST_CASE("a MASTER whose MTU becomes too small serves until its peers have given it up") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, eth0WithMtu(39));
  lab.refuseAdverts(0, EMSGSIZE);
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
  lab.run(Duration::ofSeconds(600));
  EXPECT(lab.takeOnly(0, "state") == Lines{"state master->fault sendFailed"});
  lab.refuseAdverts(0, 0);
  lab.give(0, eth0WithMtu(40));
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("a unicast master is mute only when no peer hears it") {
  auto lab = masterOf(unicastTo({"10.0.1.2", "10.0.1.3"}));
  for (int i = 0; i < 6; ++i) {
    lab.give(0, core::SendFailed{InstanceId{1}, EPERM});
    lab.run(Duration::ofSeconds(1));
  }
  EXPECT(lab.state(0) == State::master);
  const auto both = [&] {
    lab.give(0, core::SendFailed{InstanceId{1}, EPERM});
    lab.give(0, core::SendFailed{InstanceId{1}, EPERM});
  };
  for (int i = 0; i < 4; ++i) {
    both();
    lab.run(Duration::ofSeconds(1));
  }
  both();
  EXPECT(lab.state(0) == State::fault);
}

TEST_CASE("peers without a route are no reason to give the addresses up") {
  for (const int error : {ENETUNREACH, EHOSTUNREACH}) {
    auto lab = masterOf(unicastTo({"10.99.0.1"}));
    lab.refuseAdverts(0, error);
    lab.run(Duration::ofSeconds(10));
    EXPECT(lab.state(0) == State::master);
  }
}

TEST_CASE("peers without a route do not count beside those who are refused") {
  for (const bool first : {true, false}) {
    auto lab = masterOf(unicastTo({"10.0.1.2", "10.99.0.1"}));
    for (int i = 0; i < 6; ++i) {
      lab.give(0, core::SendFailed{InstanceId{1}, first ? EPERM : ENETUNREACH});
      lab.give(0, core::SendFailed{InstanceId{1}, first ? ENETUNREACH : EPERM});
      lab.run(Duration::ofSeconds(1));
    }
    EXPECT(lab.status(0).faults.front().errorNumber == EPERM);
  }
}

TEST_CASE("a send that fails now and then is no fault") {
  auto lab = masterOf(Lab::instance(200));
  for (int i = 0; i < 10; ++i) {
    lab.give(0, core::SendFailed{InstanceId{1}, 105});
    lab.run(Duration::ofSeconds(2));
  }
  EXPECT(lab.state(0) == State::master);
}
