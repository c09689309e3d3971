// An advert from a stranger. Input: one octet of choices, then the packet.
//
// Whatever is accepted has a right checksum, is no longer accepted with one bit turned, and
// means the same after it was emitted and parsed again. Signing it and asking for the
// signature agree.
#include "wire/advert.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"
#include "wire/hmac.h"

namespace failoverd::wire {
namespace {

struct Choices {
  bool v2 = false;
  bool v6 = false;
  bool checksumAsV2 = false;
  bool trailerAllowed = false;
  // Makes the checksum right, so that what lies behind it is reached.
  bool repairChecksum = false;

  explicit Choices(std::uint8_t bits)
      : v2((bits & 1) != 0),
        v6((bits & 2) != 0),
        checksumAsV2((bits & 4) != 0),
        trailerAllowed((bits & 8) != 0),
        repairChecksum((bits & 16) != 0) {}
};

AdvertContext contextOf(const Choices& choices) {
  constexpr std::array<std::uint8_t, 16> source6{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<std::uint8_t, 16> group6{0xff, 0x02, 0, 0, 0, 0, 0, 0,
                                                0,    0,    0, 0, 0, 0, 0, 0x12};
  const auto source4 = IpAddress::v4(10, 0, 0, 1);
  const auto group4 = IpAddress::v4(224, 0, 0, 18);
  return {.version = choices.v2 ? Version::v2 : Version::v3,
          .source = choices.v6 ? *IpAddress::fromBytes(source6) : source4,
          .destination = choices.v6 ? *IpAddress::fromBytes(group6) : group4,
          .v3ChecksumAsV2 = choices.checksumAsV2,
          .trailerAllowed = choices.trailerAllowed};
}

// The octet of Count, IPvX Addr (RFC 9568 §5.2.5).
constexpr std::size_t kCount = 3;

void repairChecksum(std::vector<std::uint8_t>& packet, const AdvertContext& context) {
  if (packet.size() < kAdvertHeaderSize) return;
  const auto addresses = packet[kCount] * AddressList::addressSize(context.destination.family());
  const auto tail = context.version == Version::v2 ? kPasswordSize : 0;
  const auto announced = std::min(packet.size(), kAdvertHeaderSize + addresses + tail);
  const auto covered = context.destination.isV4() ? announced : packet.size();
  putU16(packet, 6, 0);
  putU16(packet, 6, advertChecksum(Bytes(packet).first(covered), context));
}

// But those of Count: with another number of addresses the checksum covers other octets, which may
// add up alike.
void everyBitCounts(Bytes pdu, const AdvertContext& context) {
  std::vector<std::uint8_t> copy(pdu.begin(), pdu.end());
  const std::size_t bit = (copy[6] * 256U + copy[7]) % (copy.size() * 8);
  if (bit / 8 == kCount) return;
  copy[bit / 8] = static_cast<std::uint8_t>(copy[bit / 8] ^ (1U << (bit % 8)));
  CHECK(!parseAdvert(copy, context));
}

// Not a digest, but it depends on every octet that a digest would see.
bool toyHmac(void* /*context*/, Bytes key, std::span<const Bytes> parts, MutableBytes out) {
  std::uint64_t state = 0xcbf29ce484222325;
  const auto mix = [&state](Bytes bytes) {
    for (const auto byte : bytes) state = (state ^ byte) * 0x100000001b3;
  };
  mix(key);
  for (const auto part : parts) mix(part);
  for (auto& byte : out) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  return true;
}

void signAndVerify(const Advert& advert, const AdvertContext& context) {
  std::vector<std::uint8_t> out(advertSize(advert) + kHmacTrailerSize, 0xa5);
  const auto pduSize = emitAdvert(advert, context, out);
  const Hmac hmac{toyHmac, nullptr};
  const HmacSigning signing{
      .keyId = 1, .key = Bytes(out).first(4), .sequence = HmacSequence::of(1, 2, 3)};
  const std::vector<std::uint8_t> key(signing.key.begin(), signing.key.end());
  CHECK(signAdvert(out, pduSize, context, signing, hmac) == out.size());
  auto open = context;
  open.trailerAllowed = true;
  const auto parsed = parseAdvert(out, open);
  CHECK(parsed && parsed.value().advert == advert);
  const auto& [again, pdu, trailer] = parsed.value();
  CHECK(verifyHmac(pdu, trailer, context.source, key, hmac));
}

void judge(std::vector<std::uint8_t> packet, const AdvertContext& context) {
  const auto parsed = parseAdvert(packet, context);
  if (!parsed) return;
  const auto& advert = parsed.value().advert;
  if (!context.v3ChecksumAsV2 && parsed.value().trailer.empty()) {
    everyBitCounts(parsed.value().pdu, context);
  }
  std::vector<std::uint8_t> out(advertSize(advert), 0xa5);
  CHECK(emitAdvert(advert, context, out) == parsed.value().pdu.size());
  const auto again = parseAdvert(out, context);
  CHECK(again && again.value().advert == advert);
  signAndVerify(advert, context);
}

}  // namespace
}  // namespace failoverd::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failoverd::wire;
  if (size < 1) return 0;
  const Choices choices(data[0]);
  const auto context = contextOf(choices);
  std::vector<std::uint8_t> packet(data + 1, data + size);
  if (choices.repairChecksum) repairChecksum(packet, context);
  judge(std::move(packet), context);
  return 0;
}
