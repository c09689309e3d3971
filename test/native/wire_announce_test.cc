#include "testing.h"
#include "wire/arp.h"
#include "wire/ndisc.h"
#include "wire_bytes.h"

// Gratuitous ARP and unsolicited neighbour advertisements, byte by byte.
namespace failoverd::wire {
namespace {

const auto kArp =
    hex("ffffffffffff 00005e000133 0806"
        "0001 0800 06 04 0001 00005e000133 c0a87ac8 ffffffffffff c0a87ac8");
const GratuitousArp kArpValue{.mac = mac("00:00:5e:00:01:33"), .address = ip("192.168.122.200")};

const auto kAdvert =
    hex("333300000001 00005e00022d 86dd"
        "60000000 0020 3a ff 20010db8000000000000000000000100 ff020000000000000000000000000001"
        "88 00 1900 a0000000 20010db8000000000000000000000100 02 01 00005e00022d");
const NeighborAdvert kAdvertValue{
    .mac = mac("00:00:5e:00:02:2d"), .address = ip("2001:db8::100"), .router = true};

template <class Parsed, class Error>
bool refused(const Parsed& parsed, Error why) {
  return !parsed && parsed.error() == why;
}

ByteVector changed(ByteVector bytes, std::size_t offset, std::uint8_t value) {
  bytes[offset] = value;
  return bytes;
}

TEST_CASE("ARP: every octet is written over junk, and none beyond") {
  auto out = junk(kGratuitousArpSize + 4);
  EXPECT(emitGratuitousArp(kArpValue, out) == kArp.size());
  EXPECT(toHex(Bytes(out).first(kArp.size())) == toHex(kArp));
  EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
}

TEST_CASE("ARP: bytes become the value they were emitted from, padded or not") {
  auto frame = kArp;
  EXPECT(parseGratuitousArp(frame).value() == kArpValue);
  frame.resize(60, 0);
  EXPECT(parseGratuitousArp(frame).value() == kArpValue);
}

TEST_CASE("ARP: what is no announcement is refused by name") {
  EXPECT(refused(parseGratuitousArp(Bytes(kArp).first(41)), ArpError::truncated));
  EXPECT(refused(parseGratuitousArp(changed(kArp, 13, 0x00)), ArpError::notArp));
  for (const std::size_t offset : {15U, 16U, 18U, 19U}) {
    INFO(offset);
    EXPECT(refused(parseGratuitousArp(changed(kArp, offset, 0x77)), ArpError::notEthernetV4));
  }
  EXPECT(refused(parseGratuitousArp(changed(kArp, 21, 2)), ArpError::notRequest));
  EXPECT(refused(parseGratuitousArp(changed(kArp, 41, 1)), ArpError::notGratuitous));
}

TEST_CASE("ARP: a claim is a gratuitous request or any reply, a probe is none") {
  EXPECT(parseArpClaim(kArp).value() == ArpClaim{kArpValue.mac, kArpValue.address, false});
  const auto reply = changed(changed(kArp, 21, 2), 41, 0x63);
  EXPECT(parseArpClaim(reply).value() == ArpClaim{kArpValue.mac, kArpValue.address, true});
  EXPECT(refused(parseArpClaim(changed(kArp, 41, 1)), ArpError::notGratuitous));
  EXPECT(refused(parseArpClaim(changed(kArp, 21, 3)), ArpError::notRequest));

  auto probe = junk(kGratuitousArpSize + 4);
  EXPECT(emitArpProbe(kArpValue.mac, kArpValue.address, probe) == kArp.size());
  EXPECT(toHex(Bytes(probe).first(kArp.size())) ==
         toHex(hex("ffffffffffff 00005e000133 0806 0001 0800 06 04 0001"
                   "00005e000133 00000000 000000000000 c0a87ac8")));
  EXPECT(toHex(Bytes(probe).last(4)) == toHex(junk(4)));
  EXPECT(refused(parseArpClaim(probe), ArpError::notGratuitous));
}

TEST_CASE("ND: a probe asks the solicited-node group and claims nothing") {
  auto probe = junk(kNeighborProbeSize + 4);
  EXPECT(emitNeighborProbe(kAdvertValue.mac, kAdvertValue.address, probe) == kNeighborProbeSize);
  // The checksum is the one that the kernel of a neighbour accepts (RFC 4443 §2.3).
  EXPECT(toHex(Bytes(probe).first(kNeighborProbeSize)) ==
         toHex(hex("3333ff000100 00005e00022d 86dd"
                   "60000000 0018 3a ff 00000000000000000000000000000000"
                   "ff0200000000000000000001ff000100"
                   "87 00 4aef 00000000 20010db8000000000000000000000100")));
  EXPECT(toHex(Bytes(probe).last(4)) == toHex(junk(4)));
}

TEST_CASE("NA: every octet is written over junk, and none beyond") {
  auto out = junk(kNeighborAdvertSize + 4);
  EXPECT(emitNeighborAdvert(kAdvertValue, out) == kAdvert.size());
  EXPECT(toHex(Bytes(out).first(kAdvert.size())) == toHex(kAdvert));
  EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
}

TEST_CASE("NA: bytes become the value they were emitted from") {
  EXPECT(parseNeighborAdvert(kAdvert).value() == kAdvertValue);
  const NeighborAdvert host{
      .mac = mac("02:00:00:00:00:01"), .address = ip("fe80::100"), .router = false};
  auto out = junk(kNeighborAdvertSize);
  emitNeighborAdvert(host, out);
  EXPECT(parseNeighborAdvert(out).value() == host);
}

TEST_CASE("NA: what is no announcement is refused by name") {
  using enum NeighborAdvertError;
  const auto why = [](std::size_t offset, std::uint8_t value) {
    return parseNeighborAdvert(changed(kAdvert, offset, value));
  };
  EXPECT(refused(parseNeighborAdvert(Bytes(kAdvert).first(85)), truncated));
  EXPECT(refused(why(13, 0x00), notIpv6));
  EXPECT(refused(why(14, 0x45), notIpv6));
  EXPECT(refused(why(20, 17), notNeighborAdvert));
  EXPECT(refused(why(21, 254), hopLimit));
  EXPECT(refused(why(19, 24), length));
  EXPECT(refused(why(54, 135), notNeighborAdvert));
  EXPECT(refused(why(55, 1), notNeighborAdvert));
  EXPECT(refused(why(62, 0xfe), checksum));
  EXPECT(refused(why(22, 0xfe), checksum));
}

// Changes one octet of the advertisement and makes its checksum right again: the sum of 16-bit
// words grows by what the octet, which stands first in its word, grows.
ByteVector resummed(std::size_t offset, std::uint8_t value) {
  constexpr std::size_t kChecksum = 56;
  auto bytes = kAdvert;
  unsigned sum = static_cast<unsigned>(~u16At(bytes, kChecksum) & 0xffff);
  sum += static_cast<unsigned>(value << 8) + 0xffffU - static_cast<unsigned>(bytes[offset] << 8);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  putU16(bytes, kChecksum, static_cast<std::uint16_t>(~sum & 0xffff));
  bytes[offset] = value;
  return bytes;
}

TEST_CASE("NA: solicited, without override, to one host, without an address") {
  using enum NeighborAdvertError;
  EXPECT(parseNeighborAdvert(resummed(58, 0x20)).value().router == false);
  EXPECT(refused(parseNeighborAdvert(resummed(58, 0xe0)), notUnsolicited));
  EXPECT(refused(parseNeighborAdvert(resummed(58, 0x80)), notUnsolicited));
  EXPECT(refused(parseNeighborAdvert(resummed(38, 0xfe)), notUnsolicited));
  EXPECT(refused(parseNeighborAdvert(resummed(78, 1)), noLinkLayer));
}

}  // namespace
}  // namespace failoverd::wire
