// Echo request and reply (RFC 792, RFC 4443 §4.1); both families differ in the type alone:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |   Code = 0    |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Identifier           |        Sequence number        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Data (8) ...                         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The solicitation has the target at octet 8 and one option behind it, as in ndisc.cc.

#include "wire/probe.h"

#include "wire/checksum.h"

namespace failoverd::wire {
namespace {

namespace icmp_at {
constexpr std::size_t kType = 0;
constexpr std::size_t kCode = 1;
constexpr std::size_t kChecksum = 2;
constexpr std::size_t kIdentifier = 4;
constexpr std::size_t kSequence = 6;
constexpr std::size_t kData = 8;
constexpr std::size_t kTarget = 8;
constexpr std::size_t kOptionType = 24;
constexpr std::size_t kOptionLength = 25;
constexpr std::size_t kOptionMac = 26;
}  // namespace icmp_at

constexpr std::uint8_t kEchoRequestV4 = 8;
constexpr std::uint8_t kEchoReplyV4 = 0;
constexpr std::uint8_t kEchoRequestV6 = 128;
constexpr std::uint8_t kEchoReplyV6 = 129;
constexpr std::uint8_t kNeighborSolicit = 135;
constexpr std::uint8_t kNeighborAdvertType = 136;
constexpr std::uint8_t kOptionSourceLinkLayer = 1;
constexpr std::size_t kIcmpHeaderSize = 8;
constexpr std::size_t kTargetSize = 16;

}  // namespace

std::size_t emitEchoRequest(Family family, EchoId id, MutableBytes out) {
  CHECK(out.size() >= kEchoSize);
  const auto icmp = out.first(kEchoSize);
  const bool isV4 = family == Family::ipv4;
  putU8(icmp, icmp_at::kType, isV4 ? kEchoRequestV4 : kEchoRequestV6);
  putU8(icmp, icmp_at::kCode, 0);
  putU16(icmp, icmp_at::kChecksum, 0);
  putU16(icmp, icmp_at::kIdentifier, id.identifier);
  putU16(icmp, icmp_at::kSequence, id.sequence);
  putZeros(icmp, icmp_at::kData, kEchoSize - icmp_at::kData);
  if (isV4) putU16(icmp, icmp_at::kChecksum, plainChecksum(icmp));
  return kEchoSize;
}

std::optional<EchoId> parseEchoReply(Family family, Bytes icmp) {
  if (icmp.size() < kIcmpHeaderSize) return std::nullopt;
  const auto wanted = family == Family::ipv4 ? kEchoReplyV4 : kEchoReplyV6;
  if (u8At(icmp, icmp_at::kType) != wanted || u8At(icmp, icmp_at::kCode) != 0) return std::nullopt;
  return EchoId{u16At(icmp, icmp_at::kIdentifier), u16At(icmp, icmp_at::kSequence)};
}

std::size_t emitNeighborSolicit(const MacAddress& sender, const IpAddress& target,
                                MutableBytes out) {
  CHECK(!target.isV4() && out.size() >= kNeighborSolicitSize);
  const auto icmp = out.first(kNeighborSolicitSize);
  putU8(icmp, icmp_at::kType, kNeighborSolicit);
  putU8(icmp, icmp_at::kCode, 0);
  putU16(icmp, icmp_at::kChecksum, 0);
  putU32(icmp, icmp_at::kIdentifier, 0);
  putBytes(icmp, icmp_at::kTarget, target.bytes());
  putU8(icmp, icmp_at::kOptionType, kOptionSourceLinkLayer);
  putU8(icmp, icmp_at::kOptionLength, 1);
  putBytes(icmp, icmp_at::kOptionMac, sender.bytes);
  return kNeighborSolicitSize;
}

bool isNeighborAdvertOf(const IpAddress& target, Bytes icmp) {
  if (icmp.size() < icmp_at::kTarget + kTargetSize) return false;
  if (u8At(icmp, icmp_at::kType) != kNeighborAdvertType || u8At(icmp, icmp_at::kCode) != 0) {
    return false;
  }
  return IpAddress::fromBytes(icmp.subspan(icmp_at::kTarget, kTargetSize)) == target;
}

IpAddress solicitedNode(const IpAddress& target) {
  CHECK(!target.isV4());
  std::array<std::uint8_t, kTargetSize> bytes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
  const auto low = target.bytes().last(3);
  putBytes(bytes, 13, low);
  return *IpAddress::fromBytes(bytes);
}

}  // namespace failoverd::wire
