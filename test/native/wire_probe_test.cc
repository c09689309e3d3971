#include "testing.h"
#include "wire/probe.h"
#include "wire_bytes.h"

// Questions and answers of probes, byte by byte.
namespace failoverd::wire {
namespace {

const auto kMac = mac("02:00:00:00:00:05");

TEST_CASE("probe: an echo request is written whole, with its checksum for IPv4 alone") {
  auto out = junk(kEchoSize + 2);
  EXPECT(emitEchoRequest(Family::ipv4, {0x1234, 0x0102}, out) == kEchoSize);
  EXPECT(toHex(Bytes(out).first(kEchoSize)) == toHex(hex("08 00 e4c9 1234 0102 0000000000000000")));
  EXPECT(toHex(Bytes(out).last(2)) == toHex(junk(2)));
  EXPECT(emitEchoRequest(Family::ipv6, {0x1234, 0x0102}, out) == kEchoSize);
  EXPECT(toHex(Bytes(out).first(kEchoSize)) == toHex(hex("80 00 0000 1234 0102 0000000000000000")));
}

TEST_CASE("probe: an echo reply tells whose it is; everything else is none") {
  const auto reply = parseEchoReply(Family::ipv4, hex("00 00 ecc9 1234 0102"));
  REQUIRE(reply.has_value());
  EXPECT(reply->identifier == 0x1234);
  EXPECT(reply->sequence == 0x0102);
  EXPECT(parseEchoReply(Family::ipv6, hex("81 00 0000 1234 0102")).has_value());
  EXPECT(!parseEchoReply(Family::ipv6, hex("00 00 ecc9 1234 0102")));
  EXPECT(!parseEchoReply(Family::ipv4, hex("00 01 ecc9 1234 0102")));
  EXPECT(!parseEchoReply(Family::ipv4, hex("00 00 ecc9 1234 01")));
  EXPECT(!parseEchoReply(Family::ipv4, {}));
}

TEST_CASE("probe: a neighbour solicitation and its answer") {
  const auto target = ip("2001:db8::abcd:ef12");
  auto out = junk(kNeighborSolicitSize);
  EXPECT(emitNeighborSolicit(kMac, target, out) == kNeighborSolicitSize);
  EXPECT(toHex(out) ==
         toHex(hex("87 00 0000 00000000 20010db80000000000000000abcdef12 01 01 020000000005")));
  EXPECT(solicitedNode(target) == ip("ff02::1:ffcd:ef12"));
  const auto answer = hex("88 00 0000 60000000 20010db80000000000000000abcdef12");
  EXPECT(isNeighborAdvertOf(target, answer));
  EXPECT(!isNeighborAdvertOf(ip("2001:db8::1"), answer));
  EXPECT(!isNeighborAdvertOf(target, out));
  EXPECT(!isNeighborAdvertOf(target, Bytes(answer).first(23)));
}

}  // namespace
}  // namespace failoverd::wire
