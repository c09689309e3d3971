#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// A change of configuration keeps what it can: an untouched instance gives no output.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

Lab masterOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::ofMillis(3900));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

core::InstanceConfig revised(core::InstanceConfig config) {
  config.revision = Revision{config.revision.value + 1};
  return config;
}

}  // namespace

TEST_CASE("an untouched instance answers and does nothing else, now or later") {
  const auto config = Lab::instance(200);
  auto lab = masterOf(config);
  auto twin = masterOf(config);
  lab.apply(0, config);
  lab.apply(0, revised(config));
  EXPECT(lab.take(0) == Lines{"applied", "applied"});
  lab.run(Duration::ofSeconds(5));
  twin.run(Duration::ofSeconds(5));
  EXPECT(lab.takeTimed(0) == twin.takeTimed(0));
}

TEST_CASE("a VIP more, a VIP less: only the difference, while MASTER") {
  auto config = Lab::instance(200);
  config.addresses = {lab::vip("10.0.1.100"), lab::vip("10.0.1.101")};
  auto lab = masterOf(config);
  config = revised(config);
  config.addresses = {lab::vip("10.0.1.102"), lab::vip("10.0.1.101")};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"remove 10.0.1.100", "add 10.0.1.102", "applied",
                              "announce 10.0.1.102", "announce 10.0.1.102"});
  EXPECT(lab.has(0, "10.0.1.101"));
  EXPECT(!lab.has(0, "10.0.1.100"));
}

TEST_CASE("the same while BACKUP: nothing on the interface") {
  Lab lab(1);
  auto config = Lab::instance(100);
  lab.apply(0, config);
  lab.take(0);
  config = revised(config);
  config.addresses = {lab::vip("10.0.1.102")};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"applied"});
}

TEST_CASE("another prefix length is another address: the old one goes first") {
  auto config = Lab::instance(200);
  auto lab = masterOf(config);
  config = revised(config);
  config.addresses.front().prefixLength = 32;
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"remove 10.0.1.100", "add 10.0.1.100", "applied",
                              "announce 10.0.1.100", "announce 10.0.1.100"});
}

TEST_CASE("another VRID is another router: leaves with a goodbye and starts anew") {
  auto config = Lab::instance(200);
  auto lab = masterOf(config);
  config = revised(config);
  config.vrid = Vrid{9};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->init configChanged",
                              "unlisten", "listen", "applied", "state init->backup configChanged"});
  EXPECT(!lab.has(0, "10.0.1.100"));
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.has(0, "10.0.1.100"));
}

TEST_CASE("a longer interval is told before the peers lose patience") {
  auto config = Lab::instanceV3(200, Duration::ofSeconds(1));
  auto lab = masterOf(config);
  config = revised(config);
  config.advertInterval = Duration::ofSeconds(10);
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"advert 200", "applied"});
  lab.run(Duration::ofMillis(9'999));
  EXPECT(lab.take(0).empty());
}

TEST_CASE("another priority: told at once by a MASTER, and BACKUP moves its deadline") {
  auto config = Lab::instance(200);
  auto lab = masterOf(config);
  config = revised(config);
  config.basePriority = Priority{150};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"priority 200->150", "advert 150", "applied"});

  Lab backup(1);
  backup.apply(0, Lab::instance(100));
  const auto before = *backup.status(0).nextDeadline;
  auto stronger = revised(Lab::instance(100));
  stronger.basePriority = Priority{164};
  backup.apply(0, stronger);
  EXPECT(*backup.status(0).nextDeadline == before - Duration::ofMillis(250));
}

TEST_CASE("a removed instance says goodbye and gives everything back") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, core::RemoveInstance{InstanceId{1}});
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->init removed",
                              "unlisten", "removed"});
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.take(0).empty());
  EXPECT(!lab.has(0, "10.0.1.100"));
}

TEST_CASE("swapping two VRIDs moves no VIP away for good") {
  Lab lab(1);
  auto one = Lab::instance(200);
  auto two = Lab::instance(200);
  two.id = InstanceId{2};
  two.vrid = Vrid{2};
  two.addresses = {lab::vip("10.0.1.101")};
  lab.apply(0, one);
  lab.apply(0, two);
  lab.run(Duration::ofSeconds(4));
  one = revised(one);
  two = revised(two);
  std::swap(one.vrid, two.vrid);
  lab.apply(0, one);
  lab.apply(0, two);
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0, 1) == State::master);
  EXPECT(lab.state(0, 2) == State::master);
  EXPECT(lab.has(0, "10.0.1.100"));
  EXPECT(lab.has(0, "10.0.1.101"));
}

TEST_CASE("what was refused is counted over a change, and from zero after a removal") {
  Lab lab(1);
  auto config = Lab::instance(100);
  lab.apply(0, config);
  const auto refused = [&] { return lab.status(0).counters.checksumErrors; };
  const auto hearBad = [&] {
    auto bytes = Lab::advertBytes("10.0.1.9", Lab::instance(200), 200);
    bytes[6] = static_cast<std::uint8_t>(bytes[6] ^ 1);
    lab.injectBytes(0, "10.0.1.9", bytes);
  };
  EXPECT(refused() == 0);
  hearBad();
  hearBad();
  EXPECT(refused() == 2);
  config = revised(config);
  config.vrid = Vrid{77};
  lab.apply(0, config);
  EXPECT(refused() == 2);
  lab.give(0, core::RemoveInstance{config.id});
  lab.apply(0, Lab::instance(100));
  EXPECT(refused() == 0);
  hearBad();
  EXPECT(refused() == 1);
}
