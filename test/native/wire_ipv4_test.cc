#include "testing.h"
#include "wire/ipv4.h"
#include "wire_bytes.h"

namespace failoverd::wire {
namespace {

const auto kHeader = hex("45c00028 00000000 ff7019cd c0a8001e e0000012");

// The header above, 20 octets of payload, and the padding of a minimal Ethernet frame.
ByteVector packet() {
  auto bytes = kHeader;
  bytes.resize(40, 0x11);
  bytes.resize(46, 0x00);
  return bytes;
}

bool refused(Bytes bytes, Ipv4Error why) {
  const auto parsed = parseIpv4(bytes);
  return !parsed && parsed.error() == why;
}

ByteVector changed(std::size_t offset, std::uint8_t value) {
  auto bytes = packet();
  bytes[offset] = value;
  return bytes;
}

TEST_CASE("IPv4: fields are read, padding is left out") {
  const auto bytes = packet();
  const auto parsed = parseIpv4(bytes);
  REQUIRE(parsed);
  const auto& value = parsed.value();
  EXPECT(value.tos == 0xc0);
  EXPECT(value.identification == 0);
  EXPECT(value.ttl == 255);
  EXPECT(value.protocol == 112);
  EXPECT(!value.hasAh());
  EXPECT(value.source == ip("192.168.0.30"));
  EXPECT(value.destination == ip("224.0.0.18"));
  EXPECT(value.header.size() == 20);
  EXPECT(toHex(value.payload) == toHex(ByteVector(20, 0x11)));
}

TEST_CASE("IPv4: options belong to the header") {
  auto bytes = packet();
  bytes[0] = 0x46;
  const auto parsed = parseIpv4(bytes);
  REQUIRE(parsed);
  EXPECT(parsed.value().header.size() == 24);
  EXPECT(parsed.value().payload.size() == 16);
}

TEST_CASE("IPv4: every octet is written over junk, and none beyond") {
  auto out = junk(24);
  const Ipv4Header header{.tos = 0xc0,
                          .identification = 0,
                          .ttl = 255,
                          .protocol = 112,
                          .source = ip("192.168.0.30"),
                          .destination = ip("224.0.0.18"),
                          .payloadSize = 20};
  EXPECT(emitIpv4Header(header, out) == kIpv4HeaderSize);
  EXPECT(toHex(Bytes(out).first(20)) == toHex(kHeader));
  EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
}

TEST_CASE("IPv4: what is emitted parses") {
  auto out = junk(50);
  const Ipv4Header header{.tos = 0,
                          .identification = 0xbeef,
                          .ttl = 7,
                          .protocol = 51,
                          .source = ip("10.0.0.1"),
                          .destination = ip("10.0.0.2"),
                          .payloadSize = 30};
  emitIpv4Header(header, out);
  const auto parsed = parseIpv4(out);
  REQUIRE(parsed);
  EXPECT(parsed.value().identification == 0xbeef);
  EXPECT(parsed.value().ttl == 7);
  EXPECT(parsed.value().hasAh());
  EXPECT(parsed.value().payload.size() == 30);
}

TEST_CASE("IPv4: what is no whole packet is refused by name") {
  const auto bytes = packet();
  for (std::size_t size = 0; size < 40; ++size) {
    INFO(size);
    const auto why = size < 20 ? Ipv4Error::truncated : Ipv4Error::totalLength;
    EXPECT(refused(Bytes(bytes).first(size), why));
  }
  EXPECT(refused(changed(0, 0x65), Ipv4Error::version));
  EXPECT(refused(changed(0, 0x44), Ipv4Error::headerLength));
  EXPECT(refused(Bytes(changed(0, 0x4f)).first(40), Ipv4Error::truncated));
  EXPECT(refused(changed(3, 19), Ipv4Error::totalLength));
  EXPECT(refused(changed(3, 47), Ipv4Error::totalLength));
  EXPECT(refused(changed(6, 0x20), Ipv4Error::fragment));
  EXPECT(refused(changed(7, 0x01), Ipv4Error::fragment));
  // "Don't fragment" is no fragment.
  EXPECT(parseIpv4(changed(6, 0x40)).ok());
  // A header alone, seen in the field with protocol 112: a packet without an advert.
  const auto alone = parseIpv4(changed(3, 20));
  REQUIRE(alone);
  EXPECT(alone.value().payload.empty());
}

}  // namespace
}  // namespace failoverd::wire
