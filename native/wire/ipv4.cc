// RFC 791 §3.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version|  IHL  |Type of Service|          Total Length         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         Identification        |Flags|      Fragment Offset    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Time to Live |    Protocol   |         Header Checksum       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                       Source Address                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    Destination Address                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "wire/ipv4.h"

#include "wire/checksum.h"

namespace failoverd::wire {
namespace {

namespace at {
constexpr std::size_t kVersionAndIhl = 0;
constexpr std::size_t kTos = 1;
constexpr std::size_t kTotalLength = 2;
constexpr std::size_t kIdentification = 4;
constexpr std::size_t kFlagsAndOffset = 6;
constexpr std::size_t kTtl = 8;
constexpr std::size_t kProtocol = 9;
constexpr std::size_t kChecksum = 10;
constexpr std::size_t kSource = 12;
constexpr std::size_t kDestination = 16;
}  // namespace at

constexpr std::uint8_t kVersion4 = 4;
constexpr std::size_t kWordSize = 4;
// "More fragments" and the offset; "don't fragment" and the reserved bit are no fragments.
constexpr std::uint16_t kFragmentMask = 0x3fff;

IpAddress addressAt(Bytes header, std::size_t offset) {
  return *IpAddress::fromBytes(header.subspan(offset, kWordSize));
}

}  // namespace

bool Ipv4Packet::hasAh() const {
  return protocol == kProtocolAh;
}

Result<Ipv4Packet, Ipv4Error> parseIpv4(Bytes bytes) {
  if (bytes.size() < kIpv4HeaderSize) return Ipv4Error::truncated;
  const auto versionAndIhl = u8At(bytes, at::kVersionAndIhl);
  if (versionAndIhl >> 4 != kVersion4) return Ipv4Error::version;
  const auto headerSize = (versionAndIhl & 0x0f) * kWordSize;
  if (headerSize < kIpv4HeaderSize) return Ipv4Error::headerLength;
  if (bytes.size() < headerSize) return Ipv4Error::truncated;
  const std::size_t totalLength = u16At(bytes, at::kTotalLength);
  if (totalLength < headerSize || totalLength > bytes.size()) return Ipv4Error::totalLength;
  if ((u16At(bytes, at::kFlagsAndOffset) & kFragmentMask) != 0) return Ipv4Error::fragment;
  return Ipv4Packet{
      .tos = u8At(bytes, at::kTos),
      .identification = u16At(bytes, at::kIdentification),
      .ttl = u8At(bytes, at::kTtl),
      .protocol = u8At(bytes, at::kProtocol),
      .source = addressAt(bytes, at::kSource),
      .destination = addressAt(bytes, at::kDestination),
      .header = bytes.first(headerSize),
      .payload = bytes.subspan(headerSize, totalLength - headerSize),
  };
}

std::size_t emitIpv4Header(const Ipv4Header& header, MutableBytes out) {
  CHECK(header.source.isV4() && header.destination.isV4());
  CHECK(header.payloadSize <= 0xffff - kIpv4HeaderSize);
  CHECK(out.size() >= kIpv4HeaderSize);
  const auto bytes = out.first(kIpv4HeaderSize);
  const auto totalLength = static_cast<std::uint16_t>(kIpv4HeaderSize + header.payloadSize);
  putU8(bytes, at::kVersionAndIhl, (kVersion4 << 4) | (kIpv4HeaderSize / kWordSize));
  putU8(bytes, at::kTos, header.tos);
  putU16(bytes, at::kTotalLength, totalLength);
  putU16(bytes, at::kIdentification, header.identification);
  putU16(bytes, at::kFlagsAndOffset, 0);
  putU8(bytes, at::kTtl, header.ttl);
  putU8(bytes, at::kProtocol, header.protocol);
  putU16(bytes, at::kChecksum, 0);
  putBytes(bytes, at::kSource, header.source.bytes());
  putBytes(bytes, at::kDestination, header.destination.bytes());
  putU16(bytes, at::kChecksum, plainChecksum(bytes));
  return kIpv4HeaderSize;
}

}  // namespace failoverd::wire
