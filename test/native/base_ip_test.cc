#include <string>

#include "base/ip.h"
#include "testing.h"

namespace failoverd {
namespace {

std::string roundTrip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->toString() : "refused";
}

TEST_CASE("IPv4 text is strict") {
  EXPECT(roundTrip("192.168.122.200") == "192.168.122.200");
  EXPECT(roundTrip("0.0.0.0") == "0.0.0.0");
  EXPECT(roundTrip("255.255.255.255") == "255.255.255.255");
  // What inet_aton() reads as 8.0.0.1.
  EXPECT(roundTrip("010.0.0.1") == "refused");
  for (const auto* text : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4",
                           "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.0004", "00.0.0.0", "0x1.2.3.4",
                           "1.2.3.-4", "1.2.3.4/24", "99999999999.1.1.1"}) {
    INFO(text);
    EXPECT(!IpAddress::parse(text));
  }
}

TEST_CASE("IPv6 text is RFC 5952's") {
  EXPECT(roundTrip("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
  EXPECT(roundTrip("::") == "::");
  EXPECT(roundTrip("::1") == "::1");
  EXPECT(roundTrip("fe80::") == "fe80::");
  EXPECT(roundTrip("0001:0020:0300:4000:5:6:7:8") == "1:20:300:4000:5:6:7:8");
  // §4.2.2: a single zero group is not shortened.
  EXPECT(roundTrip("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  EXPECT(roundTrip("1::3:4:5:6:7:8") == "1:0:3:4:5:6:7:8");
  // §4.2.3: the longest run, the first of equals.
  EXPECT(roundTrip("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  EXPECT(roundTrip("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
  EXPECT(roundTrip("1:2:3:4:5:6::") == "1:2:3:4:5:6::");
  EXPECT(roundTrip("::3:4:5:6:7:8") == "::3:4:5:6:7:8");
  // §5.
  EXPECT(roundTrip("::ffff:c000:0201") == "::ffff:192.0.2.1");
  EXPECT(roundTrip("::ffff:192.0.2.1") == "::ffff:192.0.2.1");
  EXPECT(roundTrip("64:ff9b::192.0.2.33") == "64:ff9b::c000:221");
  EXPECT(roundTrip("::192.0.2.33") == "::c000:221");
}

TEST_CASE("IPv6 text that is none is refused") {
  for (const auto* text : {":",
                           ":::",
                           "1",
                           "1:",
                           ":1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "1:2:3:4::5:6:7:8",
                           "1::2::3",
                           "12345::",
                           "g::",
                           "fe80::1%eth0",
                           "::1/128",
                           "1:2:3:4:5:6:7:",
                           "::1.2.3",
                           "::1.2.3.4:5",
                           "1.2.3.4::",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           " ::1",
                           "::01.2.3.4"}) {
    INFO(text);
    EXPECT(!IpAddress::parse(text));
  }
}

TEST_CASE("addresses compare as the election does") {
  const auto low = *IpAddress::parse("10.0.0.2");
  const auto high = *IpAddress::parse("192.168.0.1");
  EXPECT(low < high);
  // Unsigned: 200 is greater than 100.
  EXPECT(*IpAddress::parse("10.0.0.100") < *IpAddress::parse("10.0.0.200"));
  EXPECT(*IpAddress::parse("fe80::1") < *IpAddress::parse("fe80::1:0"));
  EXPECT(*IpAddress::parse("255.255.255.255") < *IpAddress::parse("::1"));
}

TEST_CASE("kinds of addresses") {
  EXPECT(IpAddress().isUnspecified());
  EXPECT(IpAddress::parse("::")->isUnspecified());
  EXPECT(!IpAddress::parse("::1")->isUnspecified());
  EXPECT(IpAddress::parse("224.0.0.18")->isMulticast());
  EXPECT(IpAddress::parse("239.255.255.255")->isMulticast());
  EXPECT(!IpAddress::parse("240.0.0.1")->isMulticast());
  EXPECT(IpAddress::parse("ff02::12")->isMulticast());
  EXPECT(IpAddress::parse("169.254.1.1")->isLinkLocal());
  EXPECT(!IpAddress::parse("169.253.1.1")->isLinkLocal());
  EXPECT(IpAddress::parse("febf::1")->isLinkLocal());
  EXPECT(!IpAddress::parse("fec0::1")->isLinkLocal());
}

TEST_CASE("bytes that are no address are none") {
  const std::array<std::uint8_t, 17> bytes{1, 2, 3, 4};
  const std::span<const std::uint8_t> all(bytes);
  EXPECT(IpAddress::fromBytes(all.first(4)) == IpAddress::v4(1, 2, 3, 4));
  EXPECT(IpAddress::fromBytes(all.first(16))->toString() == "102:304::");
  EXPECT(!IpAddress::fromBytes(all.first(0)));
  EXPECT(!IpAddress::fromBytes(all.first(5)));
  EXPECT(!IpAddress::fromBytes(all));
}

TEST_CASE("MAC addresses") {
  EXPECT(MacAddress::parse("00:00:5E:00:01:2a")->toString() == "00:00:5e:00:01:2a");
  EXPECT(kBroadcastMac.toString() == "ff:ff:ff:ff:ff:ff");
  for (const auto* text : {"", "00:00:5e:00:01", "00:00:5e:00:01:2a:00", "0:0:5e:0:1:2a",
                           "00-00-5e-00-01-2a", "00:00:5e:00:01:2g", "00:00:5e:00:01:2a "}) {
    INFO(text);
    EXPECT(!MacAddress::parse(text));
  }
}

}  // namespace
}  // namespace failoverd
