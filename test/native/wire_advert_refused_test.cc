#include "testing.h"
#include "wire/advert.h"
#include "wire_bytes.h"

// What is not an advert, and which of several faults is named (RFC 9568 §7.1).
namespace failoverd::wire {
namespace {

const AdvertContext kV2{.version = Version::v2,
                        .source = ip("192.168.0.30"),
                        .destination = ip("224.0.0.18"),
                        .v3ChecksumAsV2 = false,
                        .trailerAllowed = false};
const AdvertContext kV3{.version = Version::v3,
                        .source = ip("10.0.0.130"),
                        .destination = ip("224.0.0.18"),
                        .v3ChecksumAsV2 = false,
                        .trailerAllowed = false};

const auto kAdvert2 = hex("21016401 0001ba52 c0a80001 00000000 00000000");
const auto kAdvert3 = hex("31016403 0064e54e c0a8c810 c0a8c811 c0a8c812");

bool refused(Bytes bytes, const AdvertContext& context, AdvertError why) {
  const auto parsed = parseAdvert(bytes, context);
  return !parsed && parsed.error() == why;
}

// The bytes with one field changed and the checksum right again.
ByteVector changed(ByteVector bytes, std::size_t offset, std::uint8_t value,
                   const AdvertContext& context) {
  bytes[offset] = value;
  putU16(bytes, 6, 0);
  putU16(bytes, 6, advertChecksum(bytes, context));
  return bytes;
}

TEST_CASE("every prefix is refused: truncated, then length") {
  for (std::size_t size = 0; size < kAdvert2.size(); ++size) {
    INFO(size);
    const auto why = size < kAdvertHeaderSize ? AdvertError::truncated : AdvertError::length;
    EXPECT(refused(Bytes(kAdvert2).first(size), kV2, why));
  }
}

TEST_CASE("every single bit matters") {
  for (std::size_t bit = 0; bit < kAdvert3.size() * 8; ++bit) {
    INFO(bit);
    auto flipped = kAdvert3;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << (bit % 8)));
    EXPECT(!parseAdvert(flipped, kV3));
  }
}

TEST_CASE("another version is a version error, whatever else is wrong with it") {
  EXPECT(refused(kAdvert3, kV2, AdvertError::version));
  EXPECT(refused(kAdvert2, kV3, AdvertError::version));
  for (const unsigned version : {0U, 1U, 4U, 15U}) {
    INFO(version);
    auto bytes = kAdvert3;
    bytes[0] = static_cast<std::uint8_t>((version << 4) | kTypeAdvertisement);
    EXPECT(refused(bytes, kV3, AdvertError::version));
  }
}

TEST_CASE("type before length, length before checksum") {
  EXPECT(refused(changed(kAdvert2, 0, 0x22, kV2), kV2, AdvertError::type));
  EXPECT(refused(changed(kAdvert2, 0, 0x20, kV2), kV2, AdvertError::type));
  auto bytes = kAdvert2;
  bytes[3] = 2;
  EXPECT(refused(bytes, kV2, AdvertError::length));
  bytes[0] = 0x22;
  EXPECT(refused(bytes, kV2, AdvertError::type));
}

TEST_CASE("v2 needs its eight octets of authentication data even without authentication") {
  // Seen in the field: three addresses and nothing after them.
  AdvertContext context = kV2;
  context.source = ip("192.168.0.1");
  EXPECT(
      refused(hex("21016403 000138fa c0a80001 c0a80002 c0a80003"), context, AdvertError::length));
}

TEST_CASE("v3 over IPv6: a count without an address") {
  const AdvertContext context{.version = Version::v3,
                              .source = ip("::1"),
                              .destination = ip("::1"),
                              .v3ChecksumAsV2 = false,
                              .trailerAllowed = false};
  EXPECT(refused(hex("31016401 00646a1f"), context, AdvertError::length));
}

TEST_CASE("a wrong checksum, and a right one for other routers") {
  auto bytes = kAdvert3;
  bytes[7] ^= 1;
  EXPECT(refused(bytes, kV3, AdvertError::checksum));
  auto elsewhere = kV3;
  elsewhere.source = ip("10.0.0.131");
  EXPECT(refused(kAdvert3, elsewhere, AdvertError::checksum));
  elsewhere = kV3;
  elsewhere.destination = ip("10.0.0.1");
  EXPECT(refused(kAdvert3, elsewhere, AdvertError::checksum));
  // Nobody can send from one family to the other.
  elsewhere = kV3;
  elsewhere.source = ip("fe80::1");
  EXPECT(refused(kAdvert3, elsewhere, AdvertError::checksum));
}

TEST_CASE("v2: an authentication type that nobody defined") {
  EXPECT(refused(changed(kAdvert2, 4, 3, kV2), kV2, AdvertError::authType));
  EXPECT(refused(changed(kAdvert2, 4, 255, kV2), kV2, AdvertError::authType));
  EXPECT(parseAdvert(changed(kAdvert2, 4, 2, kV2), kV2).ok());
}

TEST_CASE("an interval of zero") {
  EXPECT(refused(changed(kAdvert2, 5, 0, kV2), kV2, AdvertError::interval));
  EXPECT(refused(changed(kAdvert3, 5, 0, kV3), kV3, AdvertError::interval));
  // The reserved bits do not make it one (RFC 9568 §5.2.6).
  auto bytes = kAdvert3;
  bytes[4] = 0xf0;
  EXPECT(refused(changed(bytes, 5, 0, kV3), kV3, AdvertError::interval));
}

TEST_CASE("reserved bits are ignored on receipt (RFC 9568 §5.2.6)") {
  const auto bytes = changed(kAdvert3, 4, 0xf0, kV3);
  const auto parsed = parseAdvert(bytes, kV3);
  REQUIRE(parsed);
  EXPECT(parsed.value().advert.interval == Duration::ofSeconds(1));
}

TEST_CASE("Ethernet padding is tolerated behind a short IPv4 advert only") {
  auto padded = kAdvert2;
  padded.resize(26, kJunk);
  const auto parsed = parseAdvert(padded, kV2);
  REQUIRE(parsed);
  EXPECT(parsed.value().pdu.size() == kAdvert2.size());
  EXPECT(parsed.value().trailer.empty());
  padded.resize(27, 0);
  EXPECT(refused(padded, kV2, AdvertError::length));

  // An IPv6 header alone is as long as what an Ethernet frame must hold.
  const AdvertContext loopback{.version = Version::v3,
                               .source = ip("::1"),
                               .destination = ip("::1"),
                               .v3ChecksumAsV2 = false,
                               .trailerAllowed = false};
  const auto alone = changed(hex("31016400 00640000"), 3, 0, loopback);
  EXPECT(parseAdvert(alone, loopback).ok());
  EXPECT(refused(changed(hex("31016400 00640000 0000"), 3, 0, loopback), loopback,
                 AdvertError::length));
}

TEST_CASE("a signed advert is a length error where no trailer is allowed") {
  auto withTrailer = kAdvert3;
  withTrailer.resize(kAdvert3.size() + 28, 0);
  EXPECT(refused(withTrailer, kV3, AdvertError::length));
  auto allowed = kV3;
  allowed.trailerAllowed = true;
  const auto parsed = parseAdvert(withTrailer, allowed);
  REQUIRE(parsed);
  EXPECT(parsed.value().pdu.size() == kAdvert3.size());
  EXPECT(parsed.value().trailer.size() == 28);
  EXPECT(parseAdvert(kAdvert3, allowed).value().trailer.empty());
  withTrailer.pop_back();
  EXPECT(refused(withTrailer, allowed, AdvertError::length));
}

}  // namespace
}  // namespace failoverd::wire
