#include "openssl_hmac.h"
#include "testing.h"
#include "wire/advert.h"
#include "wire/ah.h"
#include "wire_bytes.h"

// VRRPv2 behind AH, as keepalived 2.4.3 sent it: once to a peer, once to the group.
namespace failoverd::wire {
namespace {

const auto kUnicast =
    hex("45c00040 00010000 ff3392b1 0a0a0a02 0a0a0a03"
        "70040000 0a0a0a02 00000001 dc2bda01447903e81a389b44"
        "21016401 020164f1 0a0a0a01 0000000000000000");
const auto kMulticast =
    hex("45c00040 00010000 ff33ceb7 0aff0101 e0000012"
        "70040000 0aff0101 00000001 b8e531f4218ec93b948756f6"
        "21336401 02011003 c0a8a81e 0000000000000000");
const Password kUnicastKey{'P', 'A', 'S', 'S', 'W', 'O', 'R', 'D'};
const Password kMulticastKey{'C', 'O', 'D', 'E', '_', 'S', 'E', 'R'};

bool refused(const ByteVector& bytes, AhError why) {
  const auto parsed = parseAh(parseIpv4(bytes).value());
  return !parsed && parsed.error() == why;
}

ByteVector changed(std::size_t offset, std::uint8_t value) {
  auto bytes = kUnicast;
  bytes[offset] = value;
  return bytes;
}

TEST_CASE("AH: fields are read where they are") {
  const auto packet = parseIpv4(kUnicast);
  REQUIRE(packet);
  REQUIRE(packet.value().hasAh());
  const auto parsed = parseAh(packet.value());
  REQUIRE(parsed);
  EXPECT(parsed.value().header.spi == ip("10.10.10.2"));
  EXPECT(parsed.value().header.sequence == 1);
  EXPECT(toHex(parsed.value().header.icv) == "dc2bda01447903e81a389b44");
  EXPECT(toHex(parsed.value().vrrp) == "21016401020164f10a0a0a010000000000000000");
}

TEST_CASE("AH: a header that makes no sense is refused by name") {
  EXPECT(refused(changed(3, 0x2b), AhError::truncated));
  EXPECT(refused(changed(20, 51), AhError::nextHeader));
  EXPECT(refused(changed(21, 5), AhError::length));
  EXPECT(refused(changed(22, 1), AhError::reserved));
  EXPECT(refused(changed(23, 1), AhError::reserved));
  EXPECT(refused(changed(27, 9), AhError::spi));
}

TEST_CASE("AH: the advert says so, and carries no password") {
  const AdvertContext context{.version = Version::v2,
                              .source = ip("10.10.10.2"),
                              .destination = ip("10.10.10.3"),
                              .v3ChecksumAsV2 = false,
                              .trailerAllowed = false};
  const auto packet = parseIpv4(kUnicast);
  const auto parsed = parseAdvert(parseAh(packet.value()).value().vrrp, context);
  REQUIRE(parsed);
  EXPECT((parsed.value().advert.authType == AuthType::ah));
  EXPECT(parsed.value().advert.password == Password{});
}

struct Refusal {
  static bool compute(void* /*context*/, Bytes /*key*/, std::span<const Bytes> /*parts*/,
                      MutableBytes /*out*/) {
    return false;
  }
};

TEST_CASE("AH: without a digest nothing is right and nothing is sent") {
  const Hmac none{Refusal::compute, nullptr};
  const auto packet = parseIpv4(kUnicast);
  EXPECT(!verifyAh(packet.value(), kUnicastKey, none));
  auto out = kUnicast;
  const AhSigning signing{.key = kUnicastKey,
                          .sequence = 1,
                          .identification = 1,
                          .ttl = 255,
                          .source = ip("10.10.10.2"),
                          .destination = ip("10.10.10.3")};
  EXPECT(!signAh(out, 20, signing, none));
}

TEST_CASE("AH: every octet is written over junk, as keepalived wrote it") {
  const auto digests = opensslDigests();
  if (!digests) return;
  const auto signedAgain = [&](const ByteVector& bytes, const Password& key) {
    const auto original = parseIpv4(bytes).value();
    auto out = junk(bytes.size());
    std::copy(bytes.begin() + kAhAdvertOffset, bytes.end(), out.begin() + kAhAdvertOffset);
    const AhSigning signing{.key = key,
                            .sequence = 1,
                            .identification = 1,
                            .ttl = 255,
                            .source = original.source,
                            .destination = original.destination};
    EXPECT(signAh(out, bytes.size() - kAhAdvertOffset, signing, digests->md5) == bytes.size());
    return toHex(out);
  };
  EXPECT(signedAgain(kUnicast, kUnicastKey) == toHex(kUnicast));
  EXPECT(signedAgain(kMulticast, kMulticastKey) == toHex(kMulticast));
}

// Which octets may change on the way: TOS, flags and offset (here: don't fragment), checksum,
// and TTL where the packet is routed.
bool mutableOctet(std::size_t offset, bool unicast) {
  return offset == 1 || offset == 6 || offset == 10 || offset == 11 || (unicast && offset == 8);
}

TEST_CASE("AH: a change of any octet shows, but for what routers change") {
  const auto digests = opensslDigests();
  if (!digests) return;
  const auto right = [&](ByteVector bytes, std::size_t offset, std::uint8_t flip,
                         const Password& key) {
    bytes[offset] = static_cast<std::uint8_t>(bytes[offset] ^ flip);
    const auto packet = parseIpv4(bytes);
    return packet && parseAh(packet.value()) && verifyAh(packet.value(), key, digests->md5);
  };
  EXPECT(right(kUnicast, 0, 0, kUnicastKey));
  EXPECT(!right(kUnicast, 0, 0, kMulticastKey));
  for (std::size_t offset = 0; offset < kUnicast.size(); ++offset) {
    INFO(offset);
    EXPECT(right(kUnicast, offset, 0x40, kUnicastKey) == mutableOctet(offset, true));
    EXPECT(right(kMulticast, offset, 0x40, kMulticastKey) == mutableOctet(offset, false));
  }
}

}  // namespace
}  // namespace failoverd::wire
