// Adverts between two real network namespaces.
#include <poll.h>

#include <array>
#include <thread>
#include <vector>

#include "linux/advert_socket.h"
#include "linux_netns.h"
#include "testing.h"
#include "wire/advert.h"
#include "wire_bytes.h"

namespace failoverd::os {
namespace {

using test::Cable;
using wire::ip;

const IpAddress kGroup4 = ip("224.0.0.18");
const IpAddress kGroup6 = ip("ff02::12");

VridSet only(std::initializer_list<int> vrids) {
  VridSet set;
  for (const int vrid : vrids) set.add(Vrid(static_cast<std::uint8_t>(vrid)));
  return set;
}

AdvertSocket openIn(const test::NetNs& ns, const AdvertSocketOptions& options) {
  auto socket = ns.in([&] { return AdvertSocket::open(options); });
  INFO((socket.ok() ? 0 : socket.error().number));
  REQUIRE(socket.ok());
  return std::move(socket.value());
}

std::vector<std::uint8_t> advertOf(int vrid, int priority = 100) {
  return {0x31, static_cast<std::uint8_t>(vrid), static_cast<std::uint8_t>(priority), 0, 0, 100, 0,
          0};
}

Errno sendOne(AdvertSocket& socket, const OutgoingAdvert& advert) {
  Errno outcome{-1};
  socket.sendBatch({&advert, 1}, {&outcome, 1});
  return outcome;
}

// Everything that arrives until `count` have, or nothing more does.
struct Copy {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> ipHeader;
  ReceivedAdvert advert;
};
std::vector<Copy> receive(const AdvertSocket& socket, AdvertInbox& inbox, std::size_t count) {
  std::vector<Copy> all;
  while (all.size() < count) {
    pollfd readable{socket.fd(), POLLIN, 0};
    if (::poll(&readable, 1, 2000) == 0) break;
    const auto batch = socket.receiveBatch(inbox);
    REQUIRE(batch.error.ok());
    for (const auto& advert : batch.adverts) {
      all.push_back({{advert.bytes.begin(), advert.bytes.end()},
                     {advert.ipHeader.begin(), advert.ipHeader.end()},
                     advert});
    }
  }
  return all;
}

bool isSilent(const AdvertSocket& socket) {
  pollfd readable{socket.fd(), POLLIN, 0};
  return ::poll(&readable, 1, 50) == 0;
}

TEST_CASE("an IPv4 advert arrives with what the kernel knows of it") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  auto receiver =
      openIn(cable.b, {.ifIndex = cable.right, .address = kGroup4, .vrids = only({51})});
  AdvertInbox inbox;
  const auto bytes = advertOf(51, 244);
  const auto before = now();
  REQUIRE(
      sendOne(sender, {.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = bytes}).ok());
  const auto got = receive(receiver, inbox, 1);
  const auto after = now();

  REQUIRE(got.size() == 1);
  EXPECT(got[0].bytes == bytes);
  EXPECT(got[0].advert.source == ip("192.0.2.1"));
  EXPECT(got[0].advert.destination == kGroup4);
  EXPECT(got[0].advert.ttl == 255);
  EXPECT(got[0].advert.ifIndex == cable.right);
  // The clocks are read one after the other: a stamp is exact to some microseconds.
  EXPECT(got[0].advert.rxTime >= before - Duration::ofMillis(5));
  EXPECT(got[0].advert.rxTime <= after);
  REQUIRE(got[0].ipHeader.size() == 20);
  EXPECT(got[0].ipHeader[1] == 0xc0);                            // TOS
  EXPECT((got[0].ipHeader[4] != 0 || got[0].ipHeader[5] != 0));  // identification
  EXPECT((got[0].ipHeader[6] == 0 && got[0].ipHeader[7] == 0));  // no DF, no fragment
  EXPECT(isSilent(sender));                                      // it does not hear itself
}

TEST_CASE("the receive time is the packet's, not the reader's") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  auto receiver = openIn(cable.b, {.ifIndex = cable.right, .address = kGroup4, .vrids = only({1})});
  AdvertInbox inbox;
  const auto bytes = advertOf(1);
  // The kernel stamps packets from some moment after the first socket asked for it; before that
  // it stamps them as they are read.
  bool stamped = false;
  for (int round = 0; round < 20 && !stamped; ++round) {
    REQUIRE(
        sendOne(sender, {.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = bytes}).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const auto read = now();
    const auto got = receive(receiver, inbox, 1);
    REQUIRE(got.size() == 1);
    stamped = got[0].advert.rxTime <= read - Duration::ofMillis(100);
  }
  EXPECT(stamped);
}

TEST_CASE("the kernel drops adverts of foreign VRIDs, and the set can be changed") {
  NEEDS_NAMESPACES();
  const Cable cable;
  IpAddress group;
  SUBCASE("IPv4") {
    group = kGroup4;
  }
  SUBCASE("IPv6") {
    group = kGroup6;
  }
  const auto source = group.isV4() ? ip("192.0.2.1") : ip("2001:db8::1");
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = group, .vrids = {}});
  auto receiver =
      openIn(cable.b, {.ifIndex = cable.right, .address = group, .vrids = only({10, 20})});
  AdvertInbox inbox;
  const auto sendAll = [&] {
    for (int vrid = 1; vrid <= 255; ++vrid) {
      const auto bytes = advertOf(vrid);
      REQUIRE(sendOne(sender, {.source = source, .destination = group, .bytes = bytes}).ok());
    }
  };
  sendAll();
  auto got = receive(receiver, inbox, 2);
  REQUIRE(got.size() == 2);
  EXPECT(got[0].bytes[1] == 10);
  EXPECT(got[1].bytes[1] == 20);
  EXPECT(isSilent(receiver));

  REQUIRE(receiver.setVrids(only({20, 255})).ok());
  sendAll();
  got = receive(receiver, inbox, 2);
  REQUIRE(got.size() == 2);
  EXPECT(got[0].bytes[1] == 20);
  EXPECT(got[1].bytes[1] == 255);
  EXPECT(isSilent(receiver));
}

TEST_CASE("an IPv6 advert arrives with core's own checksum") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup6, .vrids = {}});
  auto receiver =
      openIn(cable.b, {.ifIndex = cable.right, .address = kGroup6, .vrids = only({51})});
  AdvertInbox inbox;
  const auto vip = wire::packed({"2001:db8::100"});
  const wire::AdvertContext context{.source = ip("2001:db8::1"), .destination = kGroup6};
  const wire::Advert advert{.vrid = Vrid(51),
                            .addresses = *wire::AddressList::over(Family::ipv6, vip)};
  std::array<std::uint8_t, wire::kMaxAdvertSize> room{};
  const auto size = wire::emitAdvert(advert, context, room);
  const auto bytes = std::span<const std::uint8_t>(room).first(size);
  REQUIRE(sendOne(sender, {.source = context.source, .destination = kGroup6, .bytes = bytes}).ok());
  const auto got = receive(receiver, inbox, 1);
  REQUIRE(got.size() == 1);
  EXPECT(got[0].advert.source == ip("2001:db8::1"));
  EXPECT(got[0].advert.destination == kGroup6);
  EXPECT(got[0].advert.ttl == 255);
  EXPECT(got[0].advert.ifIndex == cable.right);
  EXPECT(got[0].ipHeader.empty());
  EXPECT(wire::parseAdvert(got[0].bytes, context).ok());
  EXPECT(isSilent(sender));
  // Without a source the checksum would be another's.
  EXPECT(sendOne(sender, {.source = ip("::"), .destination = kGroup6, .bytes = bytes}).number ==
         EADDRNOTAVAIL);
}

TEST_CASE("a batch goes out in order, and one failure keeps nothing back") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  auto receiver =
      openIn(cable.b, {.ifIndex = cable.right, .address = kGroup4, .vrids = VridSet::everyVrid()});
  AdvertInbox inbox;
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<OutgoingAdvert> adverts;
  for (int i = 0; i < 150; ++i) bytes.push_back(advertOf(i + 1));
  for (const auto& advert : bytes) {
    adverts.push_back({.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = advert});
  }
  adverts[3].destination = ip("2001:db8::2");   // another family
  adverts[70].destination = ip("203.0.113.1");  // no route
  std::vector<Errno> outcomes(adverts.size(), Errno{-1});
  const auto failed = sender.sendBatch(adverts, outcomes);
  EXPECT(outcomes[3].number == EADDRNOTAVAIL);
  EXPECT(failed == 1);
  // Bound to the device, the kernel takes an address without a route for a neighbour's.
  EXPECT(outcomes[70].ok());
  const auto got = receive(receiver, inbox, 148);
  REQUIRE(got.size() == 148);
  EXPECT(got[0].bytes[1] == 1);
  EXPECT(got[3].bytes[1] == 5);
  EXPECT(got[147].bytes[1] == 150);
}

TEST_CASE("any source and hop limit may be sent") {
  NEEDS_NAMESPACES();
  const Cable cable;
  AdvertInbox inbox;
  const auto check = [&](const IpAddress& group, const IpAddress& source) {
    auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = group, .vrids = {}});
    auto receiver = openIn(cable.b, {.ifIndex = cable.right, .address = group, .vrids = only({9})});
    const auto bytes = advertOf(9);
    REQUIRE(
        sendOne(sender, {.source = source, .destination = group, .ttl = 64, .bytes = bytes}).ok());
    const auto got = receive(receiver, inbox, 1);
    REQUIRE(got.size() == 1);
    EXPECT(got[0].advert.source == source);
    EXPECT(got[0].advert.ttl == 64);
  };
  check(kGroup4, ip("192.0.2.77"));  // on nobody's interface
  check(kGroup6, ip("2001:db8::77"));
}

TEST_CASE("unicast: with a device and without, before its address is there") {
  NEEDS_NAMESPACES();
  const Cable cable;
  AdvertInbox inbox;
  const auto check = [&](const IpAddress& from, const IpAddress& to, IfIndex at) {
    auto sender = openIn(cable.a, {.ifIndex = kNoInterface, .address = from, .vrids = {}});
    auto receiver = openIn(cable.b, {.ifIndex = at, .address = to, .vrids = only({9})});
    const int length = to.isV4() ? 24 : 64;
    cable.b.run("ip addr add " + to.toString() + "/" + std::to_string(length) + " dev right" +
                (to.isV4() ? "" : " nodad"));
    const auto bytes = advertOf(9);
    REQUIRE(sendOne(sender, {.source = from, .destination = to, .bytes = bytes}).ok());
    const auto got = receive(receiver, inbox, 1);
    REQUIRE(got.size() == 1);
    EXPECT(got[0].advert.source == from);
    EXPECT(got[0].advert.destination == to);
    EXPECT(got[0].advert.ttl == 255);
    EXPECT(got[0].advert.ifIndex == cable.right);
  };
  check(ip("192.0.2.1"), ip("192.0.2.30"), cable.right);
  check(ip("192.0.2.1"), ip("192.0.2.31"), kNoInterface);
  check(ip("2001:db8::1"), ip("2001:db8::30"), cable.right);
  check(ip("2001:db8::1"), ip("2001:db8::31"), kNoInterface);
}

TEST_CASE("what cannot be opened is refused with its errno") {
  NEEDS_NAMESPACES();
  const Cable cable;
  const auto refusal = [&](const AdvertSocketOptions& options) {
    const auto socket = cable.a.in([&] { return AdvertSocket::open(options); });
    return socket.ok() ? 0 : socket.error().number;
  };
  EXPECT(refusal({.ifIndex = IfIndex(4711), .address = kGroup4, .vrids = {}}) == ENODEV);
  EXPECT(refusal({.ifIndex = IfIndex(4711), .address = kGroup6, .vrids = {}}) == ENODEV);
  EXPECT(refusal({.ifIndex = kNoInterface, .address = kGroup4, .vrids = {}}) == EADDRNOTAVAIL);
}

TEST_CASE("a link that is down is an outcome of the advert") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  cable.a.run("ip link set left down");
  const auto bytes = advertOf(1);
  const OutgoingAdvert advert{.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = bytes};
  EXPECT(!sendOne(sender, advert).ok());
  cable.a.run("ip link set left up");
  EXPECT(sendOne(sender, advert).ok());
}

TEST_CASE("a flood is taken in batches, and nothing of it is lost") {
  NEEDS_NAMESPACES();
  const Cable cable;
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  auto receiver = openIn(cable.b, {.ifIndex = cable.right, .address = kGroup4, .vrids = only({1})});
  AdvertInbox inbox;
  const auto bytes = advertOf(1);
  const std::vector<OutgoingAdvert> adverts(
      200, {.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = bytes});
  std::vector<Errno> outcomes(adverts.size());
  REQUIRE(sender.sendBatch(adverts, outcomes) == 0);
  REQUIRE(receive(receiver, inbox, 1).size() == AdvertInbox::kBatch);
  EXPECT(receiver.receiveBatch(inbox).more);
  EXPECT(receive(receiver, inbox, 200 - 2 * AdvertInbox::kBatch).size() ==
         200 - 2 * AdvertInbox::kBatch);
  const auto last = receiver.receiveBatch(inbox);
  EXPECT(last.adverts.empty());
  EXPECT(!last.more);
  EXPECT(inbox.malformed() == 0);
}

TEST_CASE("packets that do not fit are counted, and tell when they came") {
  NEEDS_NAMESPACES();
  const Cable cable;
  cable.a.run("ip link set left mtu 9000");
  cable.b.run("ip link set right mtu 9000");
  auto sender = openIn(cable.a, {.ifIndex = cable.left, .address = kGroup4, .vrids = {}});
  auto receiver = openIn(cable.b, {.ifIndex = cable.right, .address = kGroup4, .vrids = only({1})});
  AdvertInbox inbox;
  auto bytes = advertOf(1);
  bytes.resize(AdvertInbox::kPacketSize + 100);
  const std::vector<OutgoingAdvert> adverts(
      AdvertInbox::kBatch, {.source = ip("192.0.2.1"), .destination = kGroup4, .bytes = bytes});
  std::vector<Errno> outcomes(adverts.size());
  const auto before = now();
  REQUIRE(sender.sendBatch(adverts, outcomes) == 0);
  REQUIRE(receive(receiver, inbox, 0).empty());
  const auto batch = receiver.receiveBatch(inbox);
  const auto read = now();
  EXPECT(batch.adverts.empty());
  EXPECT(batch.more);
  EXPECT(batch.newest >= before);
  EXPECT(batch.newest <= read);
  EXPECT(inbox.malformed() == AdvertInbox::kBatch);
}

}  // namespace
}  // namespace failoverd::os
