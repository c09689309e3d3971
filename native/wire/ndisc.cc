// Behind Ethernet and the IPv6 header (RFC 4861 §4.4, §4.6.1):
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Type = 136   |   Code = 0    |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |R|S|O|                      Reserved                           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Target address (16)                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Option = 2   |  Length = 1   |  Link-layer address (6) ...   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "wire/ndisc.h"

#include <algorithm>
#include <array>

#include "wire/checksum.h"
#include "wire/ethernet.h"

namespace failoverd::wire {
namespace {

// RFC 8200 §3.
namespace ip_at {
constexpr std::size_t kVersionClassFlow = kEthernetHeaderSize + 0;
constexpr std::size_t kPayloadLength = kEthernetHeaderSize + 4;
constexpr std::size_t kNextHeader = kEthernetHeaderSize + 6;
constexpr std::size_t kHopLimit = kEthernetHeaderSize + 7;
constexpr std::size_t kSource = kEthernetHeaderSize + 8;
constexpr std::size_t kDestination = kEthernetHeaderSize + 24;
}  // namespace ip_at

constexpr std::size_t kIcmpOffset = kEthernetHeaderSize + 40;
constexpr std::size_t kIcmpSize = kNeighborAdvertSize - kIcmpOffset;

namespace icmp_at {
constexpr std::size_t kType = 0;
constexpr std::size_t kCode = 1;
constexpr std::size_t kChecksum = 2;
constexpr std::size_t kFlags = 4;
constexpr std::size_t kTarget = 8;
constexpr std::size_t kOptionType = 24;
constexpr std::size_t kOptionLength = 25;
constexpr std::size_t kOptionMac = 26;
}  // namespace icmp_at

constexpr std::uint32_t kIpv6Version = 6U << 28U;
constexpr std::uint8_t kHopLimit = 255;
constexpr std::uint8_t kTypeNeighborSolicitation = 135;
constexpr std::uint8_t kTypeNeighborAdvert = 136;
constexpr std::uint32_t kFlagRouter = 1U << 31U;
constexpr std::uint32_t kFlagSolicited = 1U << 30U;
constexpr std::uint32_t kFlagOverride = 1U << 29U;
constexpr std::uint8_t kOptionTargetLinkLayer = 2;
constexpr std::uint8_t kOptionUnits = 1;  // of eight octets
constexpr std::size_t kIpv6Size = 16;

// ff02::1 and its Ethernet group (RFC 2464 §7).
constexpr std::array<std::uint8_t, kIpv6Size> kAllNodes{0xff, 0x02, 0, 0, 0, 0, 0, 0,
                                                        0,    0,    0, 0, 0, 0, 0, 1};
constexpr MacAddress kAllNodesMac{{0x33, 0x33, 0, 0, 0, 1}};

IpAddress addressAt(Bytes bytes, std::size_t offset) {
  return *IpAddress::fromBytes(bytes.subspan(offset, kIpv6Size));
}

// ff02::1:ffXX:XXXX and its Ethernet group (RFC 4291 §2.7.1).
std::array<std::uint8_t, kIpv6Size> solicitedNode(const IpAddress& address) {
  std::array<std::uint8_t, kIpv6Size> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff};
  std::ranges::copy(address.bytes().last(3), group.begin() + 13);
  return group;
}

struct Ndp {
  MacAddress to;
  MacAddress from;
  Bytes source;
  Bytes destination;
  std::uint8_t type;
  std::uint32_t flags;
  Bytes target;
};

// Everything but options and checksum; returns what follows the IPv6 header.
MutableBytes putNdp(const Ndp& packet, MutableBytes frame) {
  const auto icmp = frame.subspan(kIcmpOffset);
  putEthernetHeader(frame, packet.to, packet.from, kEtherTypeIpv6);
  putU32(frame, ip_at::kVersionClassFlow, kIpv6Version);
  putU16(frame, ip_at::kPayloadLength, static_cast<std::uint16_t>(icmp.size()));
  putU8(frame, ip_at::kNextHeader, kProtocolIcmpv6);
  putU8(frame, ip_at::kHopLimit, kHopLimit);
  putBytes(frame, ip_at::kSource, packet.source);
  putBytes(frame, ip_at::kDestination, packet.destination);
  putU8(icmp, icmp_at::kType, packet.type);
  putU8(icmp, icmp_at::kCode, 0);
  putU16(icmp, icmp_at::kChecksum, 0);
  putU32(icmp, icmp_at::kFlags, packet.flags);
  putBytes(icmp, icmp_at::kTarget, packet.target);
  return icmp;
}

void putChecksum(MutableBytes frame, MutableBytes icmp) {
  const auto sum =
      pseudoHeaderChecksum(addressAt(frame, ip_at::kSource), addressAt(frame, ip_at::kDestination),
                           kProtocolIcmpv6, icmp);
  putU16(icmp, icmp_at::kChecksum, sum);
}

}  // namespace

Result<NeighborAdvert, NeighborAdvertError> parseNeighborAdvert(Bytes frame) {
  if (frame.size() < kNeighborAdvertSize) return NeighborAdvertError::truncated;
  if (u16At(frame, ethernet_at::kType) != kEtherTypeIpv6) return NeighborAdvertError::notIpv6;
  if (u32At(frame, ip_at::kVersionClassFlow) >> 28U != 6) return NeighborAdvertError::notIpv6;
  if (u8At(frame, ip_at::kNextHeader) != kProtocolIcmpv6) {
    return NeighborAdvertError::notNeighborAdvert;
  }
  if (u8At(frame, ip_at::kHopLimit) != kHopLimit) return NeighborAdvertError::hopLimit;
  if (u16At(frame, ip_at::kPayloadLength) != kIcmpSize) return NeighborAdvertError::length;

  const auto icmp = frame.subspan(kIcmpOffset, kIcmpSize);
  if (u8At(icmp, icmp_at::kType) != kTypeNeighborAdvert || u8At(icmp, icmp_at::kCode) != 0) {
    return NeighborAdvertError::notNeighborAdvert;
  }
  const auto destination = addressAt(frame, ip_at::kDestination);
  const auto source = addressAt(frame, ip_at::kSource);
  if (pseudoHeaderChecksum(source, destination, kProtocolIcmpv6, icmp) != 0) {
    return NeighborAdvertError::checksum;
  }
  const auto flags = u32At(icmp, icmp_at::kFlags);
  const bool unsolicited = (flags & kFlagSolicited) == 0 && (flags & kFlagOverride) != 0;
  if (!unsolicited || destination != *IpAddress::fromBytes(kAllNodes)) {
    return NeighborAdvertError::notUnsolicited;
  }
  if (u8At(icmp, icmp_at::kOptionType) != kOptionTargetLinkLayer ||
      u8At(icmp, icmp_at::kOptionLength) != kOptionUnits) {
    return NeighborAdvertError::noLinkLayer;
  }
  return NeighborAdvert{.mac = macAt(icmp, icmp_at::kOptionMac),
                        .address = addressAt(icmp, icmp_at::kTarget),
                        .router = (flags & kFlagRouter) != 0};
}

std::size_t emitNeighborAdvert(const NeighborAdvert& announcement, MutableBytes out) {
  CHECK(!announcement.address.isV4());
  CHECK(out.size() >= kNeighborAdvertSize);
  const auto frame = out.first(kNeighborAdvertSize);
  const auto address = announcement.address.bytes();
  const auto icmp = putNdp({.to = kAllNodesMac,
                            .from = announcement.mac,
                            .source = address,
                            .destination = kAllNodes,
                            .type = kTypeNeighborAdvert,
                            .flags = kFlagOverride | (announcement.router ? kFlagRouter : 0),
                            .target = address},
                           frame);
  putU8(icmp, icmp_at::kOptionType, kOptionTargetLinkLayer);
  putU8(icmp, icmp_at::kOptionLength, kOptionUnits);
  putBytes(icmp, icmp_at::kOptionMac, announcement.mac.bytes);
  putChecksum(frame, icmp);
  return kNeighborAdvertSize;
}

std::size_t emitNeighborProbe(const MacAddress& mac, const IpAddress& address, MutableBytes out) {
  CHECK(!address.isV4());
  CHECK(out.size() >= kNeighborProbeSize);
  const auto frame = out.first(kNeighborProbeSize);
  const auto group = solicitedNode(address);
  const std::array<std::uint8_t, kIpv6Size> unspecified{};
  const auto icmp = putNdp({.to = {{0x33, 0x33, 0xff, group[13], group[14], group[15]}},
                            .from = mac,
                            .source = unspecified,
                            .destination = group,
                            .type = kTypeNeighborSolicitation,
                            .flags = 0,
                            .target = address.bytes()},
                           frame);
  putChecksum(frame, icmp);
  return kNeighborProbeSize;
}

}  // namespace failoverd::wire
