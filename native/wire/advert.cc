// VRRPv3 (RFC 9568 §5.1):
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version| Type  | Virtual Rtr ID|   Priority    |  Addr count   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |(rsvd) |  Max Advertise Int    |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 IPv4 or IPv6 addresses ...                    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// VRRPv2 (RFC 3768 §5.1, authentication as in RFC 2338 §5.3.6) differs in the second word and
// over IPv4 ends in eight octets, which are there whatever the type says. Over IPv6 no RFC knows
// it; keepalived speaks it there without these octets, whatever the type says:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Auth Type   |   Adver Int   |           Checksum            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 IPv4 addresses ...                            |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 Authentication Data (1)                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                 Authentication Data (2)                       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "wire/advert.h"

#include <algorithm>

#include "wire/checksum.h"
#include "wire/hmac.h"

namespace failoverd::wire {
namespace {

namespace at {
constexpr std::size_t kVersionAndType = 0;
constexpr std::size_t kVrid = 1;
constexpr std::size_t kPriority = 2;
constexpr std::size_t kAddressCount = 3;
constexpr std::size_t kAuthType = 4;         // v2
constexpr std::size_t kIntervalSeconds = 5;  // v2
constexpr std::size_t kIntervalCentis = 4;   // v3
constexpr std::size_t kChecksum = 6;
constexpr std::size_t kAddresses = 8;
}  // namespace at

constexpr std::uint16_t kIntervalCentisMask = 0x0fff;

// What a frame of the least length has behind Ethernet and an IPv4 header: 46 - 20 octets.
constexpr std::size_t kPaddedSize = 26;

std::size_t authDataSize(Version version, Family family) {
  return version == Version::v2 && family == Family::ipv4 ? kPasswordSize : 0;
}

// The nearest whole number of units, at least 1 and at most what the field holds.
std::uint16_t intervalField(Duration interval, Duration unit, std::int64_t most) {
  const auto nearest = (interval.micros + unit.micros / 2) / unit.micros;
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(nearest, 1, most));
}

bool pseudoHeaderCounts(const AdvertContext& context) {
  return !context.destination.isV4() || context.version == Version::v3;
}

bool checksumIsRight(Bytes covered, const AdvertContext& context) {
  if (context.source.family() != context.destination.family()) return false;
  if (advertChecksum(covered, context) == 0) return true;
  // A peer that had the option off until now is understood as well.
  auto otherForm = context;
  otherForm.v3ChecksumAsV2 = false;
  return context.v3ChecksumAsV2 && advertChecksum(covered, otherForm) == 0;
}

std::optional<AuthType> authTypeFrom(std::uint8_t octet) {
  switch (octet) {
    case 0:
      return AuthType::none;
    case 1:
      return AuthType::pass;
    case 2:
      return AuthType::ah;
    default:
      return std::nullopt;
  }
}

// Where the advert ends and what follows it; nothing when the lengths do not agree.
struct Extent {
  Bytes pdu;
  Bytes trailer;
};
std::optional<Extent> measure(const AdvertView& view, const AdvertContext& context) {
  const auto bytes = view.bytes();
  const auto announced =
      kAdvertHeaderSize +
      view.addressCount() * AddressList::addressSize(context.destination.family()) +
      authDataSize(context.version, context.destination.family());
  if (bytes.size() < announced) return std::nullopt;
  const auto excess = bytes.subspan(announced);
  if (excess.empty()) return Extent{bytes, {}};
  if (context.trailerAllowed && excess.size() == kHmacTrailerSize) {
    return Extent{bytes.first(announced), excess};
  }
  if (context.destination.isV4() && bytes.size() <= kPaddedSize) {
    return Extent{bytes.first(announced), {}};
  }
  return std::nullopt;
}

// The second word and what VRRPv2 has at the end. The extent was judged before.
std::optional<AdvertError> readVersionFields(const AdvertView& view, Bytes pdu, Advert& advert) {
  if (advert.version == Version::v3) {
    advert.interval = Duration::ofCentis(view.intervalCentis());
  } else {
    const auto authType = authTypeFrom(view.authType());
    if (!authType) return AdvertError::authType;
    advert.authType = *authType;
    advert.interval = Duration::ofSeconds(view.intervalSeconds());
    const auto data = pdu.last(authDataSize(advert.version, advert.addresses.family()));
    std::copy(data.begin(), data.end(), advert.password.begin());
  }
  if (advert.interval == Duration::zero()) return AdvertError::interval;
  return std::nullopt;
}

}  // namespace

// ---- Addresses ----------------------------------------------------------------------

std::optional<AddressList> AddressList::over(Family family, Bytes packed) {
  const auto each = addressSize(family);
  if (packed.size() % each != 0 || packed.size() / each > kMaxAdvertAddresses) return std::nullopt;
  AddressList list(family);
  list.bytes_ = packed;
  return list;
}

IpAddress AddressList::at(std::size_t index) const {
  CHECK(index < size());
  const auto each = addressSize(family_);
  return *IpAddress::fromBytes(bytes_.subspan(index * each, each));
}

bool AddressList::contains(const IpAddress& address) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (at(i) == address) return true;
  }
  return false;
}

bool operator==(const AddressList& a, const AddressList& b) {
  return a.family() == b.family() && std::ranges::equal(a.bytes(), b.bytes());
}

// ---- Fields -------------------------------------------------------------------------

std::optional<AdvertView> AdvertView::over(Bytes bytes) {
  if (bytes.size() < kAdvertHeaderSize) return std::nullopt;
  return AdvertView(bytes);
}

std::uint8_t AdvertView::version() const {
  return static_cast<std::uint8_t>(u8At(bytes_, at::kVersionAndType) >> 4);
}

std::uint8_t AdvertView::type() const {
  return static_cast<std::uint8_t>(u8At(bytes_, at::kVersionAndType) & 0x0f);
}

Vrid AdvertView::vrid() const {
  return Vrid(u8At(bytes_, at::kVrid));
}

Priority AdvertView::priority() const {
  return Priority(u8At(bytes_, at::kPriority));
}

std::uint8_t AdvertView::addressCount() const {
  return u8At(bytes_, at::kAddressCount);
}

std::uint16_t AdvertView::checksum() const {
  return u16At(bytes_, at::kChecksum);
}

std::uint8_t AdvertView::authType() const {
  return u8At(bytes_, at::kAuthType);
}

std::uint8_t AdvertView::intervalSeconds() const {
  return u8At(bytes_, at::kIntervalSeconds);
}

std::uint16_t AdvertView::intervalCentis() const {
  return u16At(bytes_, at::kIntervalCentis) & kIntervalCentisMask;
}

// ---- Values -------------------------------------------------------------------------

std::uint16_t advertChecksum(Bytes bytes, const AdvertContext& context) {
  const bool plain =
      !pseudoHeaderCounts(context) || (context.v3ChecksumAsV2 && context.destination.isV4());
  if (plain) return plainChecksum(bytes);
  return pseudoHeaderChecksum(context.source, context.destination, kProtocolVrrp, bytes);
}

Result<ParsedAdvert, AdvertError> parseAdvert(Bytes bytes, const AdvertContext& context) {
  const auto view = AdvertView::over(bytes);
  if (!view) return AdvertError::truncated;
  if (view->version() != static_cast<std::uint8_t>(context.version)) return AdvertError::version;
  if (view->type() != kTypeAdvertisement) return AdvertError::type;
  const auto extent = measure(*view, context);
  if (!extent) return AdvertError::length;
  // The kernel's checksum over IPv6 knows nothing of a trailer and covers all of the payload.
  const bool overAll = !context.destination.isV4();
  if (!checksumIsRight(overAll ? bytes : extent->pdu, context)) return AdvertError::checksum;

  ParsedAdvert parsed{.advert = {}, .pdu = extent->pdu, .trailer = extent->trailer};
  auto& advert = parsed.advert;
  advert.version = context.version;
  advert.vrid = view->vrid();
  advert.priority = view->priority();
  const auto family = context.destination.family();
  const auto addressBytes = view->addressCount() * AddressList::addressSize(family);
  advert.addresses = *AddressList::over(family, extent->pdu.subspan(at::kAddresses, addressBytes));
  if (const auto error = readVersionFields(*view, extent->pdu, advert)) return *error;
  return parsed;
}

std::size_t advertSize(const Advert& advert) {
  return kAdvertHeaderSize + advert.addresses.bytes().size() +
         authDataSize(advert.version, advert.addresses.family());
}

std::size_t emitAdvert(const Advert& advert, const AdvertContext& context, MutableBytes out) {
  CHECK(advert.version == context.version);
  CHECK(advert.addresses.family() == context.destination.family());
  const auto size = advertSize(advert);
  CHECK(size <= out.size());
  const auto pdu = out.first(size);

  const auto version = static_cast<unsigned>(advert.version);
  putU8(pdu, at::kVersionAndType, static_cast<std::uint8_t>((version << 4) | kTypeAdvertisement));
  putU8(pdu, at::kVrid, advert.vrid.value);
  putU8(pdu, at::kPriority, advert.priority.value);
  putU8(pdu, at::kAddressCount, static_cast<std::uint8_t>(advert.addresses.size()));
  putBytes(pdu, at::kAddresses, advert.addresses.bytes());
  if (advert.version == Version::v3) {
    const auto centis = intervalField(advert.interval, Duration::ofCentis(1), kIntervalCentisMask);
    putU16(pdu, at::kIntervalCentis, centis);
  } else {
    const auto seconds = intervalField(advert.interval, Duration::ofSeconds(1), 255);
    putU8(pdu, at::kAuthType, static_cast<std::uint8_t>(advert.authType));
    putU8(pdu, at::kIntervalSeconds, static_cast<std::uint8_t>(seconds));
    const auto data = authDataSize(advert.version, advert.addresses.family());
    putBytes(pdu, size - data, Bytes(advert.password).first(data));
  }
  putU16(pdu, at::kChecksum, 0);
  putU16(pdu, at::kChecksum, advertChecksum(pdu, context));
  return size;
}

bool carriesPassword(Bytes bytes) {
  const auto view = AdvertView::over(bytes);
  return view && view->version() == static_cast<std::uint8_t>(Version::v2) &&
         view->authType() == static_cast<std::uint8_t>(AuthType::pass) &&
         bytes.size() >= kAdvertHeaderSize + kPasswordSize;
}

void blankPassword(MutableBytes bytes) {
  CHECK(carriesPassword(bytes));
  // Behind the addresses, and before any padding; where the count is a lie, at the end.
  const auto announced = kAdvertHeaderSize + 4UL * u8At(bytes, at::kAddressCount);
  const auto start = std::min(announced, bytes.size() - kPasswordSize);
  // RFC 1624 §3: the sum loses what the zeros take away.
  std::uint32_t sum = static_cast<std::uint16_t>(~u16At(bytes, at::kChecksum));
  for (std::size_t i = 0; i < kPasswordSize; i += 2) {
    sum += static_cast<std::uint16_t>(~u16At(bytes, start + i));
    putU16(bytes, start + i, 0);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  putU16(bytes, at::kChecksum, static_cast<std::uint16_t>(~sum));
}

}  // namespace failoverd::wire
