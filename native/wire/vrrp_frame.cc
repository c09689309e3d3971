#include "wire/vrrp_frame.h"

#include "wire/checksum.h"
#include "wire/ethernet.h"
#include "wire/ipv4.h"

namespace failoverd::wire {
namespace {

// RFC 8200 §3, behind the Ethernet header.
namespace ip6_at {
constexpr std::size_t kPayloadLength = 4;
constexpr std::size_t kNextHeader = 6;
constexpr std::size_t kHopLimit = 7;
constexpr std::size_t kSource = 8;
constexpr std::size_t kDestination = 24;
constexpr std::size_t kPayload = 40;
}  // namespace ip6_at

constexpr std::size_t kIpv6Size = 16;

std::optional<VrrpFrame> findInIpv4(Bytes bytes) {
  const auto parsed = parseIpv4(bytes);
  if (!parsed) return std::nullopt;
  const auto& packet = parsed.value();
  if (packet.protocol != kProtocolVrrp && !packet.hasAh()) return std::nullopt;
  VrrpFrame found;
  found.source = packet.source;
  found.destination = packet.destination;
  found.ttl = packet.ttl;
  found.hasAh = packet.hasAh();
  found.vrrp = packet.payload;
  if (!found.hasAh) return found;
  found.vrrp = {};
  const auto ah = parseAh(packet);
  if (ah) {
    found.ah = ah.value().header;
    found.vrrp = ah.value().vrrp;
  } else if (ah.error() == AhError::nextHeader) {
    return std::nullopt;  // IPsec of somebody else
  }
  return found;
}

std::optional<VrrpFrame> findInIpv6(Bytes bytes) {
  if (bytes.size() < ip6_at::kPayload) return std::nullopt;
  if (u8At(bytes, ip6_at::kNextHeader) != kProtocolVrrp) return std::nullopt;
  const std::size_t size = u16At(bytes, ip6_at::kPayloadLength);
  if (size > bytes.size() - ip6_at::kPayload) return std::nullopt;
  VrrpFrame found;
  found.source = *IpAddress::fromBytes(bytes.subspan(ip6_at::kSource, kIpv6Size));
  found.destination = *IpAddress::fromBytes(bytes.subspan(ip6_at::kDestination, kIpv6Size));
  found.ttl = u8At(bytes, ip6_at::kHopLimit);
  found.vrrp = bytes.subspan(ip6_at::kPayload, size);
  return found;
}

}  // namespace

std::optional<VrrpFrame> findVrrp(Bytes frame) {
  if (frame.size() < kEthernetHeaderSize) return std::nullopt;
  const auto type = u16At(frame, ethernet_at::kType);
  const auto packet = frame.subspan(kEthernetHeaderSize);
  std::optional<VrrpFrame> found;
  if (type == kEtherTypeIpv4) found = findInIpv4(packet);
  if (type == kEtherTypeIpv6) found = findInIpv6(packet);
  if (found) found->mac = macAt(frame, ethernet_at::kSource);
  return found;
}

}  // namespace failoverd::wire
