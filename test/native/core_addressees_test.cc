#include <memory>
#include <vector>

#include "core/addressees.h"
#include "core/router.h"
#include "core_lab.h"
#include "testing.h"

// Whose a packet is, among instances that have something in common.
using namespace failoverd;
using core::Addressees;
using core::Router;

namespace {

constexpr Vrid kVrid{7};

std::unique_ptr<Router> routerOf(std::uint32_t id, const char* interface, IfIndex ifIndex) {
  auto router = std::make_unique<Router>();
  router->config = lab::Lab::instance(100);
  router->config.id = InstanceId{id};
  router->config.vrid = kVrid;
  router->config.interfaceName = *core::InterfaceName::from(interface);
  router->ifIndex = ifIndex;
  return router;
}

core::AdvertReceived packetOn(IfIndex ifIndex, const char* destination = "224.0.0.18") {
  const auto to = lab::ip(destination);
  return {ifIndex, lab::ip(to.isV4() ? "10.0.1.9" : "fe80::9"), to, 255, {}, {}};
}

}  // namespace

TEST_CASE("by interface, family and VRID") {
  auto here = routerOf(1, "eth0", lab::kEth0);
  auto there = routerOf(2, "eth1", lab::kEth1);
  auto six = routerOf(3, "eth0", lab::kEth0);
  six->config.family = Family::ipv6;
  Addressees addressees;
  for (auto* one : {&here, &there, &six}) addressees.place(**one);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == here.get());
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth1)) == there.get());
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0, "ff02::12")) == six.get());
  EXPECT(addressees.find(Vrid{8}, packetOn(lab::kEth0)) == nullptr);
  EXPECT(addressees.find(kVrid, packetOn(IfIndex{9})) == nullptr);
}

TEST_CASE("it follows its interface, and without one it hears nothing") {
  auto router = routerOf(1, "eth0", lab::kEth0);
  Addressees addressees;
  addressees.place(*router);
  router->ifIndex = kNoInterface;
  addressees.place(*router);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == nullptr);
  EXPECT(addressees.find(kVrid, packetOn(kNoInterface)) == nullptr);
  router->ifIndex = lab::kEth1;
  addressees.place(*router);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == nullptr);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth1)) == router.get());
  addressees.remove(*router);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth1)) == nullptr);
  addressees.remove(*router);
}

TEST_CASE("unicast instances share a VRID when their own addresses differ") {
  auto first = routerOf(1, "eth0", lab::kEth0);
  auto second = routerOf(2, "eth0", lab::kEth0);
  first->source = lab::ip("10.0.1.1");
  second->source = lab::ip("10.0.1.2");
  Addressees addressees;
  for (auto* one : {&second, &first}) {
    (*one)->config.unicast = true;
    addressees.place(**one);
  }
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0, "10.0.1.1")) == first.get());
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0, "10.0.1.2")) == second.get());
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0, "10.0.1.3")) == nullptr);
  // To be told that it is the wrong form, whoever came first.
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == first.get());
}

TEST_CASE("without an interface it hears everywhere, and the lowest id comes first") {
  auto anywhere = routerOf(2, "", kNoInterface);
  Addressees addressees;
  addressees.place(*anywhere);
  EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == anywhere.get());
  for (const auto& [id, finds] : {std::pair{1U, false}, std::pair{3U, true}}) {
    auto bound = routerOf(id, "eth0", lab::kEth0);
    addressees.place(*bound);
    EXPECT(addressees.find(kVrid, packetOn(lab::kEth0)) == (finds ? anywhere : bound).get());
    EXPECT(addressees.find(kVrid, packetOn(lab::kEth1)) == anywhere.get());
    addressees.remove(*bound);
  }
}
