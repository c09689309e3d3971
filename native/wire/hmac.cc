// The trailer, directly after the complete advert:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Type = 1   |    Key id     |           Reserved            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          UTC seconds                          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Fraction, 1/65536 s       |            Counter            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |              first 128 bits of HMAC-SHA-256 ...               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// The digest runs over 20 octets that say who sent (4 or 6, VRRP version, VRID, zero, the
// source address filled up with zeros to 16), the advert with a checksum of zero, the trailer
// up to the MAC, and 16 zeros in the place of the MAC.

#include "wire/hmac.h"

#include <algorithm>

#include "wire/checksum.h"

namespace failoverd::wire {
namespace {

namespace at {
constexpr std::size_t kType = 0;
constexpr std::size_t kKeyId = 1;
constexpr std::size_t kReserved = 2;
constexpr std::size_t kSeconds = 4;
constexpr std::size_t kFractionAndCounter = 8;
constexpr std::size_t kMac = 12;
}  // namespace at

namespace sender {
constexpr std::size_t kSize = 20;
constexpr std::size_t kIpVersion = 0;
constexpr std::size_t kVrrpVersion = 1;
constexpr std::size_t kVrid = 2;
constexpr std::size_t kReserved = 3;
constexpr std::size_t kAddress = 4;
}  // namespace sender

constexpr std::uint8_t kTypeHmacSha256 = 1;
constexpr std::size_t kAdvertChecksumOffset = 6;
constexpr std::size_t kAdvertChecksumSize = 2;
constexpr std::array<std::uint8_t, kHmacMacSize> kZeros{};

std::array<std::uint8_t, sender::kSize> senderOctets(const AdvertView& advert,
                                                     const IpAddress& source) {
  std::array<std::uint8_t, sender::kSize> octets{};
  putU8(octets, sender::kIpVersion, source.isV4() ? 4 : 6);
  putU8(octets, sender::kVrrpVersion, advert.version());
  putU8(octets, sender::kVrid, advert.vrid().value);
  putU8(octets, sender::kReserved, 0);
  putBytes(octets, sender::kAddress, source.bytes());
  return octets;
}

bool computeMac(Bytes pdu, Bytes trailer, const IpAddress& source, Bytes key, const Hmac& sha256,
                HmacMac& mac) {
  const auto view = AdvertView::over(pdu);
  CHECK(view && trailer.size() == kHmacTrailerSize);
  const auto who = senderOctets(*view, source);
  const Bytes zeros(kZeros);
  const std::array<Bytes, 6> parts{
      Bytes(who),
      pdu.first(kAdvertChecksumOffset),
      zeros.first(kAdvertChecksumSize),
      pdu.subspan(kAdvertChecksumOffset + kAdvertChecksumSize),
      trailer.first(at::kMac),
      zeros,
  };
  return sha256(key, parts, mac);
}

}  // namespace

HmacSequence HmacSequence::ofUtcMicros(std::uint64_t micros) {
  constexpr std::uint64_t kMicrosPerSecond = 1'000'000;
  const auto fraction = ((micros % kMicrosPerSecond) << 16) / kMicrosPerSecond;
  return of(static_cast<std::uint32_t>(micros / kMicrosPerSecond),
            static_cast<std::uint16_t>(fraction), 0);
}

bool newer(HmacSequence a, HmacSequence b) {
  const auto distance = a.value - b.value;
  return distance != 0 && distance < (std::uint64_t{1} << 63);
}

HmacSequence nextSequence(HmacSequence last, HmacSequence clock) {
  return newer(clock, last) ? clock : HmacSequence{last.value + 1};
}

Result<HmacTrailer, HmacError> parseHmacTrailer(Bytes trailer) {
  if (trailer.size() != kHmacTrailerSize) return HmacError::truncated;
  if (u8At(trailer, at::kType) != kTypeHmacSha256) return HmacError::malformed;
  if (u16At(trailer, at::kReserved) != 0) return HmacError::malformed;
  HmacTrailer parsed;
  parsed.keyId = u8At(trailer, at::kKeyId);
  parsed.sequence.value =
      (std::uint64_t{u32At(trailer, at::kSeconds)} << 32) | u32At(trailer, at::kFractionAndCounter);
  std::ranges::copy(trailer.subspan(at::kMac), parsed.mac.begin());
  return parsed;
}

bool verifyHmac(Bytes pdu, Bytes trailer, const IpAddress& source, Bytes key, const Hmac& sha256) {
  HmacMac mac;
  if (!computeMac(pdu, trailer, source, key, sha256, mac)) return false;
  return constantTimeEqual(mac, trailer.subspan(at::kMac));
}

std::optional<std::size_t> signAdvert(MutableBytes out, std::size_t pduSize,
                                      const AdvertContext& context, const HmacSigning& signing,
                                      const Hmac& sha256) {
  CHECK(pduSize <= out.size() && kHmacTrailerSize <= out.size() - pduSize);
  const auto pdu = out.first(pduSize);
  const auto trailer = out.subspan(pduSize, kHmacTrailerSize);
  const auto sequence = signing.sequence.value;
  putU8(trailer, at::kType, kTypeHmacSha256);
  putU8(trailer, at::kKeyId, signing.keyId);
  putU16(trailer, at::kReserved, 0);
  putU32(trailer, at::kSeconds, signing.sequence.seconds());
  putU32(trailer, at::kFractionAndCounter, static_cast<std::uint32_t>(sequence & 0xffffffff));
  HmacMac mac;
  if (!computeMac(pdu, trailer, context.source, signing.key, sha256, mac)) return std::nullopt;
  putBytes(trailer, at::kMac, mac);

  const auto whole = out.first(pduSize + kHmacTrailerSize);
  if (!context.destination.isV4()) {
    putU16(pdu, kAdvertChecksumOffset, 0);
    putU16(pdu, kAdvertChecksumOffset, advertChecksum(whole, context));
  }
  return whole.size();
}

}  // namespace failoverd::wire
