#include "testing.h"
#include "wire/auth.h"
#include "wire/checksum.h"
#include "wire_bytes.h"

namespace failoverd::wire {
namespace {

TEST_CASE("the sum of RFC 1071 §3's example") {
  EXPECT(plainChecksum(hex("0001f203f4f5f6f7")) == 0x220d);
}

TEST_CASE("an odd end counts as if a zero followed") {
  EXPECT(plainChecksum(hex("0001f203f4f5f6")) == plainChecksum(hex("0001f203f4f5f600")));
  EXPECT(plainChecksum({}) == 0xffff);
}

TEST_CASE("parts add up as one piece wherever they are cut") {
  const auto bytes = hex("0001f203f4f5f6f7 ff80");
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    INFO(cut);
    ChecksumSum sum;
    sum.add(Bytes(bytes).first(cut));
    sum.add(Bytes(bytes).subspan(cut));
    EXPECT(sum.finish() == plainChecksum(bytes));
  }
}

TEST_CASE("carries fold as often as they must") {
  const ByteVector ones(200'000, 0xff);
  EXPECT(plainChecksum(ones) == 0);
}

TEST_CASE("bytes with their own checksum give zero") {
  EXPECT(plainChecksum(hex("45c0002800000000ff7019cdc0a8001ee0000012")) == 0);
  // VRRPv2 without, VRRPv3 with a pseudo-header, over IPv4 and IPv6.
  EXPECT(plainChecksum(hex("210164010001ba52c0a800010000000000000000")) == 0);
  EXPECT(pseudoHeaderChecksum(ip("192.168.0.30"), ip("224.0.0.18"), kProtocolVrrp,
                              hex("310164020001484dc0a80001c0a80002")) == 0);
  EXPECT(pseudoHeaderChecksum(ip("::1"), ip("::1"), kProtocolVrrp, hex("3101640100646a1f")) == 0);
}

TEST_CASE("equal bytes are equal, and only those") {
  const auto password = hex("3132333435000000");
  EXPECT(constantTimeEqual(password, hex("3132333435000000")));
  EXPECT(constantTimeEqual({}, {}));
  EXPECT(!constantTimeEqual(password, Bytes(password).first(7)));
  for (std::size_t bit = 0; bit < 64; ++bit) {
    INFO(bit);
    auto other = password;
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (1U << (bit % 8)));
    EXPECT(!constantTimeEqual(password, other));
  }
}

}  // namespace
}  // namespace failoverd::wire
