// Between the IPv4 header and the advert (RFC 2402 §2, with the 96-bit value of RFC 2403):
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Next hdr = 112|  Length = 4   |           Reserved            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Security Parameters Index = source address             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       Sequence number                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |             Integrity check value (12 octets)                 |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The digest runs over the IP header with what routers change set to zero, this header with a
// zero ICV, and the advert. RFC 2402 §3.3.3.1 counts TTL among what changes; routers that speak
// AH for VRRP do so only for unicast, since a multicast advert arrives with 255 or not at all.

#include "wire/ah.h"

#include <algorithm>

#include "wire/checksum.h"

namespace failoverd::wire {
namespace {

namespace at {
constexpr std::size_t kNextHeader = 0;
constexpr std::size_t kLength = 1;
constexpr std::size_t kReserved = 2;
constexpr std::size_t kSpi = 4;
constexpr std::size_t kSequence = 8;
constexpr std::size_t kIcv = 12;
}  // namespace at

// RFC 791: what the digest takes as zero.
namespace ip_at {
constexpr std::size_t kTos = 1;
constexpr std::size_t kFlagsAndOffset = 6;
constexpr std::size_t kTtl = 8;
constexpr std::size_t kChecksum = 10;
}  // namespace ip_at

// The length field counts 32-bit words less two.
constexpr std::uint8_t kLengthField = kAhSize / 4 - 2;
constexpr std::size_t kMaxIpHeaderSize = 60;
constexpr std::array<std::uint8_t, kAhIcvSize> kZeroIcv{};

bool computeIcv(const Ipv4Packet& packet, const Password& key, const Hmac& md5, AhIcv& icv) {
  CHECK(packet.header.size() <= kMaxIpHeaderSize && packet.payload.size() >= kAhSize);
  std::array<std::uint8_t, kMaxIpHeaderSize> headerCopy{};
  const auto header = MutableBytes(headerCopy).first(packet.header.size());
  putBytes(header, 0, packet.header);
  putU8(header, ip_at::kTos, 0);
  putU16(header, ip_at::kFlagsAndOffset, 0);
  if (!packet.destination.isMulticast()) putU8(header, ip_at::kTtl, 0);
  putU16(header, ip_at::kChecksum, 0);
  const std::array<Bytes, 4> parts{
      Bytes(header),
      packet.payload.first(at::kIcv),
      Bytes(kZeroIcv),
      packet.payload.subspan(kAhSize),
  };
  return md5(key, parts, icv);
}

}  // namespace

Result<AhPacket, AhError> parseAh(const Ipv4Packet& packet) {
  const auto bytes = packet.payload;
  if (bytes.size() < kAhSize) return AhError::truncated;
  if (u8At(bytes, at::kNextHeader) != kProtocolVrrp) return AhError::nextHeader;
  if (u8At(bytes, at::kLength) != kLengthField) return AhError::length;
  if (u16At(bytes, at::kReserved) != 0) return AhError::reserved;
  AhPacket parsed;
  parsed.header.spi = *IpAddress::fromBytes(bytes.subspan(at::kSpi, 4));
  if (parsed.header.spi != packet.source) return AhError::spi;
  parsed.header.sequence = u32At(bytes, at::kSequence);
  std::ranges::copy(bytes.subspan(at::kIcv, kAhIcvSize), parsed.header.icv.begin());
  parsed.vrrp = bytes.subspan(kAhSize);
  return parsed;
}

bool verifyAh(const Ipv4Packet& packet, const Password& key, const Hmac& md5) {
  AhIcv icv;
  if (!computeIcv(packet, key, md5, icv)) return false;
  return constantTimeEqual(icv, packet.payload.subspan(at::kIcv, kAhIcvSize));
}

std::optional<std::size_t> signAh(MutableBytes out, std::size_t pduSize, const AhSigning& signing,
                                  const Hmac& md5) {
  CHECK(kAhAdvertOffset <= out.size() && pduSize <= out.size() - kAhAdvertOffset);
  const auto whole = out.first(kAhAdvertOffset + pduSize);
  emitIpv4Header({.identification = signing.identification,
                  .ttl = signing.ttl,
                  .protocol = kProtocolAh,
                  .source = signing.source,
                  .destination = signing.destination,
                  .payloadSize = kAhSize + pduSize},
                 whole);
  const auto ah = whole.subspan(kIpv4HeaderSize, kAhSize);
  putU8(ah, at::kNextHeader, kProtocolVrrp);
  putU8(ah, at::kLength, kLengthField);
  putU16(ah, at::kReserved, 0);
  putBytes(ah, at::kSpi, signing.source.bytes());
  putU32(ah, at::kSequence, signing.sequence);
  putBytes(ah, at::kIcv, kZeroIcv);

  const auto packet = parseIpv4(whole);
  AhIcv icv;
  if (!computeIcv(packet.value(), signing.key, md5, icv)) return std::nullopt;
  putBytes(ah, at::kIcv, icv);
  return whole.size();
}

}  // namespace failoverd::wire
