#include "wire_bytes.h"

#include "base/check.h"
#include "wire/ah.h"
#include "wire/checksum.h"
#include "wire/ipv4.h"

namespace failoverd::wire {
namespace {

std::uint8_t digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  CHECK(c >= 'a' && c <= 'f');
  return static_cast<std::uint8_t>(c - 'a' + 10);
}

std::optional<CapturedAdvert> advertInIpv6(Bytes packet) {
  constexpr std::size_t kHeaderSize = 40;
  if (packet.size() < kHeaderSize || packet[6] != kProtocolVrrp) return std::nullopt;
  const std::size_t payload = u16At(packet, 4);
  if (packet.size() < kHeaderSize + payload) return std::nullopt;
  return CapturedAdvert{.source = *IpAddress::fromBytes(packet.subspan(8, 16)),
                        .destination = *IpAddress::fromBytes(packet.subspan(24, 16)),
                        .ttl = packet[7],
                        .ah = false,
                        .vrrp = packet.subspan(kHeaderSize, payload)};
}

}  // namespace

ByteVector hex(std::string_view text) {
  ByteVector bytes;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    CHECK(i + 1 < text.size());
    bytes.push_back(static_cast<std::uint8_t>((digit(text[i]) << 4) | digit(text[i + 1])));
    i += 2;
  }
  return bytes;
}

std::string toHex(Bytes bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 0x0f];
  }
  return text;
}

IpAddress ip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  CHECK(address);
  return *address;
}

MacAddress mac(std::string_view text) {
  const auto address = MacAddress::parse(text);
  CHECK(address);
  return *address;
}

ByteVector packed(const std::vector<std::string_view>& addresses) {
  ByteVector bytes;
  for (const auto text : addresses) {
    const auto address = ip(text);
    bytes.insert(bytes.end(), address.bytes().begin(), address.bytes().end());
  }
  return bytes;
}

ByteVector junk(std::size_t size) {
  return ByteVector(size, kJunk);
}

std::optional<CapturedAdvert> advertIn(Bytes ipPacket) {
  if (ipPacket.empty()) return std::nullopt;
  if (ipPacket[0] >> 4 == 6) return advertInIpv6(ipPacket);
  const auto packet = parseIpv4(ipPacket);
  if (!packet) return std::nullopt;
  CapturedAdvert captured{.source = packet.value().source,
                          .destination = packet.value().destination,
                          .ttl = packet.value().ttl,
                          .ah = packet.value().hasAh(),
                          .vrrp = packet.value().payload};
  if (captured.ah) {
    const auto ah = parseAh(packet.value());
    if (!ah) return std::nullopt;
    captured.vrrp = ah.value().vrrp;
    return captured;
  }
  if (packet.value().protocol != kProtocolVrrp) return std::nullopt;
  return captured;
}

}  // namespace failoverd::wire
