#include "testing.h"
#include "wire/advert.h"
#include "wire_bytes.h"

// VRRPv2 over IPv4, byte by byte (RFC 3768 §5.1; authentication as in RFC 2338 §5.3.6).
namespace failoverd::wire {
namespace {

const AdvertContext kContext{.version = Version::v2,
                             .source = ip("192.168.0.30"),
                             .destination = ip("224.0.0.18"),
                             .v3ChecksumAsV2 = false,
                             .trailerAllowed = false};

// VRID 1, priority 100, one address, every second, no authentication.
const auto kPlain = hex("21016401 0001ba52 c0a80001 00000000 00000000");
// The walkthroughs' advert: VRID 51, priority 244, PASS with 12345.
const auto kPassed = hex("2133f401 010114f2 c0a87ac8 3132333435000000");

Advert plainAdvert(const ByteVector& addresses) {
  Advert advert;
  advert.version = Version::v2;
  advert.vrid = Vrid(1);
  advert.priority = Priority(100);
  advert.interval = Duration::ofSeconds(1);
  advert.addresses = *AddressList::over(Family::ipv4, addresses);
  return advert;
}

TEST_CASE("v2: fields are read where they are") {
  const auto bytes = hex("2f2a6403 0163abcd");
  const auto view = AdvertView::over(bytes);
  REQUIRE(view);
  EXPECT(view->version() == 2);
  EXPECT(view->type() == 15);
  EXPECT(view->vrid() == Vrid(42));
  EXPECT(view->priority() == Priority(100));
  EXPECT(view->addressCount() == 3);
  EXPECT(view->authType() == 1);
  EXPECT(view->intervalSeconds() == 99);
  EXPECT(view->checksum() == 0xabcd);
}

TEST_CASE("v2: every octet is written over junk, and none beyond") {
  auto out = junk(kPassed.size() + 4);
  const auto addresses = packed({"192.168.122.200"});
  auto advert = plainAdvert(addresses);
  advert.vrid = Vrid(51);
  advert.priority = Priority(244);
  advert.authType = AuthType::pass;
  advert.password = {'1', '2', '3', '4', '5', 0, 0, 0};
  EXPECT(emitAdvert(advert, kContext, out) == kPassed.size());
  EXPECT(toHex(Bytes(out).first(kPassed.size())) == toHex(kPassed));
  EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
}

TEST_CASE("v2: bytes become a value") {
  const auto parsed = parseAdvert(kPlain, kContext);
  REQUIRE(parsed);
  const auto addresses = packed({"192.168.0.1"});
  EXPECT(parsed.value().advert == plainAdvert(addresses));
  EXPECT(parsed.value().advert.addresses.at(0) == ip("192.168.0.1"));
  EXPECT(parsed.value().pdu.size() == kPlain.size());
  EXPECT(parsed.value().trailer.empty());

  const auto passed = parseAdvert(kPassed, kContext);
  REQUIRE(passed);
  EXPECT((passed.value().advert.authType == AuthType::pass));
  EXPECT(passed.value().advert.password == Password{'1', '2', '3', '4', '5', 0, 0, 0});
}

TEST_CASE("v2: a value becomes bytes") {
  const auto addresses = packed({"192.168.0.1"});
  const auto advert = plainAdvert(addresses);
  auto out = junk(advertSize(advert));
  EXPECT(emitAdvert(advert, kContext, out) == kPlain.size());
  EXPECT(toHex(out) == toHex(kPlain));
}

TEST_CASE("v2: a goodbye is the same advert with priority 0") {
  const auto addresses = packed({"192.168.0.1"});
  auto advert = plainAdvert(addresses);
  advert.priority = kGoodbyePriority;
  auto out = junk(advertSize(advert));
  emitAdvert(advert, kContext, out);
  EXPECT(out[2] == 0);
  const auto parsed = parseAdvert(out, kContext);
  REQUIRE(parsed);
  EXPECT(parsed.value().advert == advert);
}

TEST_CASE("v2: the interval is whole seconds, the nearest that fits") {
  const auto emitted = [](Duration interval) {
    const ByteVector none;
    auto advert = plainAdvert(none);
    advert.interval = interval;
    auto out = junk(advertSize(advert));
    emitAdvert(advert, kContext, out);
    return parseAdvert(out, kContext).value().advert.interval;
  };
  EXPECT(emitted(Duration::ofSeconds(255)) == Duration::ofSeconds(255));
  EXPECT(emitted(Duration::ofSeconds(256)) == Duration::ofSeconds(255));
  EXPECT(emitted(Duration::ofMillis(1400)) == Duration::ofSeconds(1));
  EXPECT(emitted(Duration::ofMillis(1500)) == Duration::ofSeconds(2));
  EXPECT(emitted(Duration::zero()) == Duration::ofSeconds(1));
}

TEST_CASE("v2: an advert without addresses is an advert") {
  // virtual_ipaddress may be empty (no_virtual_ipaddress); RFC 3768 does not forbid it.
  const AdvertContext loopback{.version = Version::v2,
                               .source = ip("127.0.0.1"),
                               .destination = ip("127.0.0.1"),
                               .v3ChecksumAsV2 = false,
                               .trailerAllowed = false};
  const auto bytes = hex("21016400 00017afd 0000000000000000");
  const auto parsed = parseAdvert(bytes, loopback);
  REQUIRE(parsed);
  EXPECT(parsed.value().advert.addresses.empty());
}

TEST_CASE("v2: an empty source is enough, the checksum does not cover it") {
  auto context = kContext;
  context.source = IpAddress();
  EXPECT(parseAdvert(kPlain, context).ok());
}

TEST_CASE("v2: over IPv6 nothing follows the addresses, as keepalived has it") {
  // From keepalived 2.2.7, `auth_type PASS`: the type travels, the password does not.
  const AdvertContext over6{.version = Version::v2,
                            .source = ip("fe80::505c:eeff:fe47:562"),
                            .destination = ip("ff02::12"),
                            .v3ChecksumAsV2 = false,
                            .trailerAllowed = false};
  const auto bytes =
      hex("210bc802 0101a860 fe800000000000000000000000000011 20010db8000000000000000000000011");
  const auto parsed = parseAdvert(bytes, over6);
  REQUIRE(parsed);
  EXPECT(parsed.value().advert.authType == AuthType::pass);
  EXPECT(parsed.value().advert.addresses.size() == 2);
  auto out = junk(advertSize(parsed.value().advert));
  emitAdvert(parsed.value().advert, over6, out);
  EXPECT(out == bytes);
}

TEST_CASE("v2: a blank password leaves the rest as right as it was") {
  const ByteVector none;
  auto advert = plainAdvert(none);
  advert.authType = AuthType::pass;
  advert.password = {'s', 'e', 'c', 'r', 'e', 't', '!', 0xff};
  auto out = junk(advertSize(advert));
  emitAdvert(advert, kContext, out);
  REQUIRE(carriesPassword(out));
  blankPassword(out);
  const auto parsed = parseAdvert(out, kContext);
  REQUIRE(parsed);
  advert.password = {};
  EXPECT(parsed.value().advert == advert);
  EXPECT(!carriesPassword(kPlain));
}

}  // namespace
}  // namespace failoverd::wire
