// Gratuitous ARP and neighbour advertisements, seen from the other end of the cable.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "linux/frame_socket.h"
#include "linux_netns.h"
#include "testing.h"
#include "wire/arp.h"
#include "wire/ndisc.h"
#include "wire_bytes.h"

namespace failoverd::os {
namespace {

using wire::ip;
using wire::mac;

// Sees every frame of one protocol that comes into a namespace.
class Witness {
 public:
  Witness(const test::NetNs& ns, std::uint16_t protocol)
      : fd_(ns.in([&] {
          return ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(protocol));
        })) {
    REQUIRE(fd_.valid());
  }

  // The next frame, empty when none comes.
  [[nodiscard]] std::vector<std::uint8_t> next() const {
    pollfd readable{fd_.get(), POLLIN, 0};
    if (::poll(&readable, 1, 1000) == 0) return {};
    std::vector<std::uint8_t> frame(2048);
    const auto count = ::recv(fd_.get(), frame.data(), frame.size(), 0);
    REQUIRE(count > 0);
    frame.resize(static_cast<std::size_t>(count));
    return frame;
  }

 private:
  Fd fd_;
};

FrameSocket openIn(const test::NetNs& ns) {
  auto socket = ns.in([] { return FrameSocket::open(); });
  REQUIRE(socket.ok());
  return std::move(socket.value());
}

TEST_CASE("a batch of gratuitous ARP arrives whole and in order") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  const Witness witness(cable.b, 0x0806);
  auto socket = openIn(cable.a);
  const auto sender = mac("02:00:00:00:00:01");
  std::vector<std::array<std::uint8_t, wire::kGratuitousArpSize>> bytes(130);
  std::vector<OutgoingFrame> frames;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto vip = IpAddress::v4(192, 0, 2, static_cast<std::uint8_t>(i + 1));
    wire::emitGratuitousArp({sender, vip}, bytes[i]);
    frames.push_back({cable.left, bytes[i]});
  }
  const auto sent = socket.sendBatch(frames);
  EXPECT(sent.taken == frames.size());
  EXPECT(sent.failed == 0);
  EXPECT(sent.stopped.ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    INFO(i);
    const auto arp = wire::parseGratuitousArp(witness.next());
    REQUIRE(arp.ok());
    EXPECT(arp.value().mac == sender);
    EXPECT(arp.value().address == IpAddress::v4(192, 0, 2, static_cast<std::uint8_t>(i + 1)));
  }
}

TEST_CASE("an unsolicited neighbour advertisement arrives") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  const Witness witness(cable.b, 0x86dd);
  auto socket = openIn(cable.a);
  std::array<std::uint8_t, wire::kNeighborAdvertSize> bytes;
  const wire::NeighborAdvert announcement{mac("02:00:00:00:00:01"), ip("2001:db8::100"), true};
  wire::emitNeighborAdvert(announcement, bytes);
  const OutgoingFrame frame{cable.left, bytes};
  REQUIRE(socket.sendBatch({&frame, 1}).failed == 0);
  // The kernel's own multicast listener reports may come first.
  for (int i = 0; i < 10; ++i) {
    const auto parsed = wire::parseNeighborAdvert(witness.next());
    if (!parsed) continue;
    EXPECT(parsed.value() == announcement);
    return;
  }
  FAIL("no advertisement came");
}

TEST_CASE("a frame for an interface that is not there keeps nothing back") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  const Witness witness(cable.b, 0x0806);
  auto socket = openIn(cable.a);
  std::array<std::uint8_t, wire::kGratuitousArpSize> bytes;
  wire::emitGratuitousArp({mac("02:00:00:00:00:01"), ip("192.0.2.9")}, bytes);
  const std::array<OutgoingFrame, 3> frames{
      {{IfIndex(4711), bytes}, {cable.left, bytes}, {IfIndex(4711), bytes}}};
  const auto sent = socket.sendBatch(frames);
  EXPECT(sent.taken == 3);
  EXPECT(sent.failed == 2);
  EXPECT(sent.lastFailure.number == ENXIO);
  EXPECT(!witness.next().empty());
}

}  // namespace
}  // namespace failoverd::os
