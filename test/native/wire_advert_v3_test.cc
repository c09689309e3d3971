#include "testing.h"
#include "wire/advert.h"
#include "wire_bytes.h"

// VRRPv3 over IPv4 and IPv6, byte by byte (RFC 9568 §5).
namespace failoverd::wire {
namespace {

const AdvertContext kContext4{.version = Version::v3,
                              .source = ip("10.0.0.130"),
                              .destination = ip("224.0.0.18"),
                              .v3ChecksumAsV2 = false,
                              .trailerAllowed = false};
const AdvertContext kContext6{.version = Version::v3,
                              .source = ip("fe80::1"),
                              .destination = ip("ff02::12"),
                              .v3ChecksumAsV2 = false,
                              .trailerAllowed = false};

// Three addresses, every second, the checksum with a pseudo-header.
const auto kAdvert4 = hex("31016403 0064e54e c0a8c810 c0a8c811 c0a8c812");
const std::vector<std::string_view> kAddresses4{"192.168.200.16", "192.168.200.17",
                                                "192.168.200.18"};
// Every centisecond, three addresses of which the first is link-local.
const auto kAdvert6 =
    hex("31016403 00011071 fe800000000000000000000000000254"
        "20010db8000000000000000000000001 20010db8000000000000000000000002");
const std::vector<std::string_view> kAddresses6{"fe80::254", "2001:db8::1", "2001:db8::2"};

Advert advertOf(const ByteVector& addresses, Family family, Duration interval) {
  Advert advert;
  advert.version = Version::v3;
  advert.vrid = Vrid(1);
  advert.priority = Priority(100);
  advert.interval = interval;
  advert.addresses = *AddressList::over(family, addresses);
  return advert;
}

TEST_CASE("v3: fields are read where they are, reserved bits are not the interval's") {
  const auto bytes = hex("312a6403 f3e8abcd");
  const auto view = AdvertView::over(bytes);
  REQUIRE(view);
  EXPECT(view->version() == 3);
  EXPECT(view->type() == 1);
  EXPECT(view->vrid() == Vrid(42));
  EXPECT(view->priority() == Priority(100));
  EXPECT(view->addressCount() == 3);
  EXPECT(view->intervalCentis() == 1000);
  EXPECT(view->checksum() == 0xabcd);
}

TEST_CASE("v3: every octet is written over junk, and none beyond") {
  const auto addresses = packed(kAddresses6);
  const auto advert = advertOf(addresses, Family::ipv6, Duration::ofCentis(1));
  auto out = junk(kAdvert6.size() + 4);
  EXPECT(emitAdvert(advert, kContext6, out) == kAdvert6.size());
  EXPECT(toHex(Bytes(out).first(kAdvert6.size())) == toHex(kAdvert6));
  EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
}

TEST_CASE("v3: bytes become a value") {
  const auto addresses4 = packed(kAddresses4);
  const auto parsed4 = parseAdvert(kAdvert4, kContext4);
  REQUIRE(parsed4);
  EXPECT(parsed4.value().advert == advertOf(addresses4, Family::ipv4, Duration::ofSeconds(1)));

  const auto addresses6 = packed(kAddresses6);
  const auto parsed6 = parseAdvert(kAdvert6, kContext6);
  REQUIRE(parsed6);
  EXPECT(parsed6.value().advert == advertOf(addresses6, Family::ipv6, Duration::ofCentis(1)));
  EXPECT(parsed6.value().advert.addresses.contains(ip("2001:db8::2")));
  EXPECT(!parsed6.value().advert.addresses.contains(ip("2001:db8::3")));
}

TEST_CASE("v3: a value becomes bytes") {
  const auto addresses = packed(kAddresses4);
  const auto advert = advertOf(addresses, Family::ipv4, Duration::ofSeconds(1));
  auto out = junk(advertSize(advert));
  EXPECT(emitAdvert(advert, kContext4, out) == kAdvert4.size());
  EXPECT(toHex(out) == toHex(kAdvert4));
}

TEST_CASE("v3: the interval is 12 bits of centiseconds, the nearest that fits") {
  const auto emitted = [](Duration interval) {
    const auto addresses = packed({"192.168.200.16"});
    const auto advert = advertOf(addresses, Family::ipv4, interval);
    auto out = junk(advertSize(advert));
    emitAdvert(advert, kContext4, out);
    return parseAdvert(out, kContext4).value().advert.interval;
  };
  EXPECT(emitted(Duration::ofCentis(4095)) == Duration::ofCentis(4095));
  EXPECT(emitted(Duration::ofSeconds(41)) == Duration::ofCentis(4095));
  EXPECT(emitted(Duration::ofMillis(14)) == Duration::ofCentis(1));
  EXPECT(emitted(Duration::ofMillis(15)) == Duration::ofCentis(2));
  EXPECT(emitted(Duration::zero()) == Duration::ofCentis(1));
}

TEST_CASE("v3: 255 addresses are written and read, 256 cannot be said") {
  ByteVector addresses(kMaxAdvertAddresses * 16, 0x20);
  const auto advert = advertOf(addresses, Family::ipv6, Duration::ofSeconds(1));
  auto out = junk(kMaxAdvertSize);
  const auto size = emitAdvert(advert, kContext6, out);
  EXPECT(size == 8 + 255 * 16);
  const auto parsed = parseAdvert(Bytes(out).first(size), kContext6);
  REQUIRE(parsed);
  EXPECT(parsed.value().advert.addresses.size() == 255);
  addresses.resize(256 * 16);
  EXPECT(!AddressList::over(Family::ipv6, addresses));
  EXPECT(!AddressList::over(Family::ipv4, Bytes(addresses).first(5)));
}

TEST_CASE("v3: authentication is neither written nor read (RFC 9568 §9)") {
  const auto addresses = packed(kAddresses4);
  auto advert = advertOf(addresses, Family::ipv4, Duration::ofSeconds(1));
  advert.authType = AuthType::pass;
  advert.password = {'s', 'e', 'c', 'r', 'e', 't'};
  auto out = junk(advertSize(advert));
  emitAdvert(advert, kContext4, out);
  EXPECT(toHex(out) == toHex(kAdvert4));
}

TEST_CASE("v3_checksum_as_v2 leaves the pseudo-header out and understands both forms") {
  auto asV2 = kContext4;
  asV2.v3ChecksumAsV2 = true;
  const auto plain = hex("31016403 0064d067 c0a8c810 c0a8c811 c0a8c812");

  const auto addresses = packed(kAddresses4);
  const auto advert = advertOf(addresses, Family::ipv4, Duration::ofSeconds(1));
  auto out = junk(advertSize(advert));
  emitAdvert(advert, asV2, out);
  EXPECT(toHex(out) == toHex(plain));

  EXPECT(parseAdvert(plain, asV2).ok());
  EXPECT(parseAdvert(kAdvert4, asV2).ok());
  EXPECT((parseAdvert(plain, kContext4).error() == AdvertError::checksum));
  // Wrong in both forms is wrong, whatever the option says.
  auto corrupt = plain;
  corrupt[2] = 250;
  EXPECT((parseAdvert(corrupt, asV2).error() == AdvertError::checksum));
}

TEST_CASE("v3: over IPv6 the option changes nothing") {
  auto asV2 = kContext6;
  asV2.v3ChecksumAsV2 = true;
  EXPECT(parseAdvert(kAdvert6, asV2).ok());
  const auto addresses = packed(kAddresses6);
  const auto advert = advertOf(addresses, Family::ipv6, Duration::ofCentis(1));
  auto out = junk(advertSize(advert));
  emitAdvert(advert, asV2, out);
  EXPECT(toHex(out) == toHex(kAdvert6));
}

}  // namespace
}  // namespace failoverd::wire
