// What a listener makes of frames, good and bad. The captures of other routers go through
// tshark beside it in test/netns/listen.test.ts.
#include "engine/overheard.h"
#include "testing.h"
#include "wire_bytes.h"

namespace failoverd::engine {
namespace {

using wire::ByteVector;
using wire::hex;
using wire::ip;
using wire::mac;

const std::string kToGroup = "01005e000012 02000000004d 0800";

// 192.168.122.77 to 224.0.0.18, VRID 51, priority 100, 192.168.122.200.
ByteVector version2(const std::string& ttl = "ff") {
  return hex(kToGroup + "45c0 0028 0001 0000" + ttl + "70 0000 c0a87a4d e0000012" +
             "21 33 64 01 01 01 a4f2 c0a87ac8 3132333435000000");
}

OverheardAdvert advertOf(const ByteVector& frame) {
  const auto heard = overhear(frame);
  REQUIRE(heard.advert.has_value());
  EXPECT(!heard.claim.has_value());
  return *heard.advert;
}

TEST_CASE("overheard: an advert of version 2 with its password") {
  const auto advert = advertOf(version2());
  EXPECT(advert.flaw == AdvertFlaw::none);
  EXPECT(advert.mac == mac("02:00:00:00:00:4d"));
  EXPECT(advert.source == ip("192.168.122.77"));
  EXPECT(advert.ttl == 255);
  EXPECT(advert.version == 2);
  EXPECT(advert.virtualRouterId == 51);
  EXPECT(advert.priority == 100);
  EXPECT(advert.advertInterval == Duration::ofSeconds(1));
  EXPECT(advert.addresses == std::vector{ip("192.168.122.200")});
  EXPECT(advert.authType == std::uint8_t{1});
  EXPECT(advert.password[4] == '5');
}

TEST_CASE("overheard: padding is no part of an advert, a foreign TTL is told") {
  auto padded = version2("fe");
  padded.resize(60, 0);
  const auto advert = advertOf(padded);
  EXPECT(advert.flaw == AdvertFlaw::none);
  EXPECT(advert.length == 20);
  EXPECT(advert.ttl == 254);
}

TEST_CASE("overheard: what is wrong is named, and what can be read is read") {
  auto checksum = version2();
  checksum[40] ^= 0xff;
  EXPECT(advertOf(checksum).flaw == AdvertFlaw::checksum);
  EXPECT(advertOf(checksum).addresses == std::vector{ip("192.168.122.200")});
  auto tooMany = version2();
  tooMany[37] = 9;
  EXPECT(advertOf(tooMany).flaw == AdvertFlaw::length);
  EXPECT(advertOf(tooMany).addressCount == 9);
  EXPECT(advertOf(tooMany).addresses.size() == 3);  // with the password taken for two
  auto version = version2();
  version[34] = 0x41;
  EXPECT(advertOf(version).flaw == AdvertFlaw::version);
  auto type = version2();
  type[34] = 0x22;
  EXPECT(advertOf(type).flaw == AdvertFlaw::type);
}

TEST_CASE("overheard: an authentication header that makes no sense") {
  const auto length = hex(kToGroup + "45c0 0028 0001 0000 ff33 0000 c0a87a4d e0000012" +
                          "70 ff 0000 c0a87a4d 00000001 000000000000000000000000");
  EXPECT(advertOf(length).flaw == AdvertFlaw::authHeader);
}

TEST_CASE("overheard: any part of a frame is welcome") {
  const auto whole = version2();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    INFO(size);
    const auto heard = overhear(wire::Bytes(whole).first(size));
    // The IP header announces more than there is.
    EXPECT(heard.advert.has_value() == (size == whole.size()));
  }
}

TEST_CASE("overheard: somebody announces an address") {
  const auto arp =
      hex("ffffffffffff 00005e000133 0806"
          "0001 0800 06 04 0001 00005e000133 c0a87ac8 ffffffffffff c0a87ac8");
  const auto heard = overhear(arp);
  REQUIRE(heard.claim.has_value());
  EXPECT(heard.claim->claim == ClaimKind::gratuitousArp);
  EXPECT(heard.claim->mac == mac("00:00:5e:00:01:33"));
  EXPECT(heard.claim->address == ip("192.168.122.200"));
  EXPECT(!heard.advert.has_value());
}

TEST_CASE("overheard: somebody answers who has an address") {
  const auto arp =
      hex("02000000004d 00005e000133 0806"
          "0001 0800 06 04 0002 00005e000133 c0a87ac8 02000000004d c0a87a4d");
  const auto heard = overhear(arp);
  REQUIRE(heard.claim.has_value());
  EXPECT(heard.claim->claim == ClaimKind::arpReply);
  EXPECT(heard.claim->address == ip("192.168.122.200"));
}

}  // namespace
}  // namespace failoverd::engine
