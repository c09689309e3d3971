// Links and addresses of a real namespace: the listing, the changes, and what is lost.
#include <linux/if_addr.h>
#include <poll.h>
#include <sys/socket.h>

#include <set>
#include <vector>

#include "linux/netlink_monitor.h"
#include "linux_netns.h"
#include "testing.h"
#include "wire_bytes.h"

namespace failoverd::os {
namespace {

using wire::ip;

NetlinkMonitor openIn(const test::NetNs& ns,
                      std::uint32_t receiveBuffer = NetlinkMonitor::kReceiveBuffer) {
  auto monitor = ns.in([&] { return NetlinkMonitor::open(receiveBuffer); });
  REQUIRE(monitor.ok());
  return std::move(monitor.value());
}

// Facts up to the first of the given kind, with it. Fails when it does not come.
template <class Last>
std::vector<KernelFact> until(NetlinkMonitor& monitor) {
  std::vector<KernelFact> facts;
  for (;;) {
    const auto fact = monitor.next();
    REQUIRE(fact.ok());
    if (fact.value()) {
      facts.push_back(*fact.value());
      if (std::holds_alternative<Last>(facts.back())) return facts;
      continue;
    }
    pollfd readable{monitor.fd(), POLLIN, 0};
    REQUIRE(::poll(&readable, 1, 2000) == 1);
  }
}

template <class Kind>
std::vector<Kind> allOf(const std::vector<KernelFact>& facts) {
  std::vector<Kind> some;
  for (const auto& fact : facts) {
    if (const auto* wanted = std::get_if<Kind>(&fact)) some.push_back(*wanted);
  }
  return some;
}

std::vector<KernelFact> list(NetlinkMonitor& monitor) {
  REQUIRE(monitor.requestList().ok());
  return until<ListComplete>(monitor);
}

TEST_CASE("a listing names links and addresses, then says that it is complete") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  auto monitor = openIn(cable.a);
  const auto facts = list(monitor);
  const auto links = allOf<LinkSeen>(facts);
  REQUIRE(links.size() == 2);
  EXPECT(links[0].name.view() == "lo");
  EXPECT(links[1].ifIndex == cable.left);
  EXPECT(links[1].name.view() == "left");
  EXPECT(links[1].kind.view() == "veth");
  EXPECT(links[1].up);
  EXPECT(links[1].running);
  EXPECT(links[1].mac.has_value());
  EXPECT(links[1].mtu == 1500);
  EXPECT(links[1].parent == kNoInterface);  // the peer is in another namespace
  std::set<IpAddress> addresses;
  for (const auto& seen : allOf<AddressSeen>(facts)) addresses.insert(seen.address);
  EXPECT(addresses.contains(ip("127.0.0.1")));
  EXPECT(addresses.contains(ip("192.0.2.1")));
  EXPECT(addresses.contains(ip("2001:db8::1")));
  EXPECT(!monitor.next().value());
}

TEST_CASE("changes come as they happen") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  auto monitor = openIn(cable.a);
  list(monitor);

  cable.a.run("ip addr add 192.0.2.50/24 dev left");
  auto seen = allOf<AddressSeen>(until<AddressSeen>(monitor)).back();
  EXPECT(seen.address == ip("192.0.2.50"));
  EXPECT(seen.prefixLength == 24);
  EXPECT(seen.ifIndex == cable.left);
  EXPECT(seen.secondary);
  EXPECT(!seen.ours());

  cable.a.run("ip addr del 192.0.2.50/24 dev left");
  EXPECT(allOf<AddressGone>(until<AddressGone>(monitor)).back() ==
         AddressGone{cable.left, ip("192.0.2.50"), 24});

  // The other end goes down: up, but without a carrier.
  cable.b.run("ip link set right down");
  for (;;) {
    const auto link = allOf<LinkSeen>(until<LinkSeen>(monitor)).back();
    if (link.running) continue;
    EXPECT(link.up);
    break;
  }
  cable.a.run("ip link add link left name mv type macvlan mode private");
  for (;;) {
    const auto link = allOf<LinkSeen>(until<LinkSeen>(monitor)).back();
    if (link.name.view() != "mv") continue;
    EXPECT(link.kind.view() == "macvlan");
    EXPECT(link.parent == cable.left);
    break;
  }
  // An interface cannot be the parent of a macvlan and the port of a bridge at the same time.
  cable.a.run("ip link del mv; ip link add br0 type bridge; ip link set left master br0");
  const auto bridge = cable.a.indexOf("br0");
  for (;;) {
    const auto link = allOf<LinkSeen>(until<LinkSeen>(monitor)).back();
    if (link.ifIndex == cable.left && link.master == bridge) break;
  }
  cable.a.run("ip link del left");
  for (;;) {
    if (allOf<LinkGone>(until<LinkGone>(monitor)).back().ifIndex == cable.left) break;
  }
}

TEST_CASE("a second listing asked for meanwhile follows, and only it completes") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  auto monitor = openIn(cable.a);
  REQUIRE(monitor.requestList().ok());
  REQUIRE(monitor.requestList().ok());
  REQUIRE(monitor.requestList().ok());
  const auto facts = until<ListComplete>(monitor);
  EXPECT(allOf<LinkSeen>(facts).size() == 4);  // links twice: the first listing went no further
  EXPECT(!monitor.next().value());
}

TEST_CASE("what the buffer cannot hold is told as an overrun, and a new listing heals it") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  auto monitor = openIn(cable.a, 4096);
  list(monitor);
  std::string batch;
  for (int i = 0; i < 500; ++i) {
    batch += "addr add 10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1) +
             "/32 dev left\\n";
  }
  cable.a.run("printf '" + batch + "' | ip -batch -");
  EXPECT(allOf<AddressSeen>(until<Overrun>(monitor)).size() < 500);
  std::set<IpAddress> addresses;
  for (const auto& seen : allOf<AddressSeen>(list(monitor))) {
    if (seen.prefixLength == 32) addresses.insert(seen.address);
  }
  EXPECT(addresses.size() == 500);
  // And it hears again.
  cable.a.run("ip addr add 10.9.9.9/32 dev left");
  EXPECT(allOf<AddressSeen>(until<AddressSeen>(monitor)).back().address == ip("10.9.9.9"));
}

TEST_CASE("a listing disturbed by changes is begun anew until it is whole") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  std::string batch;
  for (int i = 0; i < 2000; ++i) {
    batch += "addr add 10.2." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1) +
             "/32 dev left\\n";
  }
  cable.a.run("printf '" + batch + "' | ip -batch -");
  auto monitor = openIn(cable.a);
  REQUIRE(monitor.requestList().ok());
  // The kernel has prepared the first pieces of a listing that is still to be read.
  std::vector<KernelFact> facts;
  for (int i = 0; i < 3; ++i) {
    const auto fact = monitor.next();
    REQUIRE(fact.ok());
    if (fact.value()) facts.push_back(*fact.value());
  }
  bool disturbed = false;
  std::size_t seen = 0;
  for (;;) {
    const auto fact = monitor.next();
    REQUIRE(fact.ok());
    REQUIRE(fact.value());
    if (std::holds_alternative<ListComplete>(*fact.value())) break;
    const auto* address = std::get_if<AddressSeen>(&*fact.value());
    if (address == nullptr) continue;
    if (++seen == 10 && !disturbed) {
      disturbed = true;
      cable.a.run("ip addr del 10.2.0.1/32 dev left; ip addr add 10.3.0.1/32 dev left");
    }
  }
  // More than once through: the first passage was inconsistent.
  EXPECT(seen > 2100);
}

}  // namespace
}  // namespace failoverd::os
