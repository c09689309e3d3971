#include "core/advert_builder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/advert.h"

namespace failoverd::core {

wire::AuthType authTypeOf(AuthKind kind) {
  switch (kind) {
    case AuthKind::none:
    case AuthKind::hmac:  // a trailer, not a field
      return wire::AuthType::none;
    case AuthKind::pass:
      return wire::AuthType::pass;
    case AuthKind::ah:
      return wire::AuthType::ah;
  }
  UNREACHABLE();
}

bool mayUseOldUnicastChecksum(const InstanceSettings& config) {
  return config.oldUnicastChecksum != OldUnicastChecksum::never && config.unicast &&
         config.version == VrrpVersion::v3 && config.family == Family::ipv4;
}

namespace {

// No virtual router has it.
constexpr Vrid kNobody{0};

wire::Advert advertOf(const InstanceSettings& config, Priority priority, wire::Bytes packed) {
  wire::Advert advert;
  const bool v2 = config.version == VrrpVersion::v2;
  advert.version = v2 ? wire::Version::v2 : wire::Version::v3;
  advert.vrid = config.vrid;
  advert.priority = priority;
  advert.interval = config.advertInterval;
  const auto addresses = wire::AddressList::over(config.family, packed);
  CHECK(addresses.has_value());
  advert.addresses = *addresses;
  if (v2) {
    advert.authType = authTypeOf(config.auth.kind);
    if (config.auth.kind == AuthKind::pass) advert.password = config.auth.password;
  }
  return advert;
}

}  // namespace

void AdvertBuilder::useOldUnicastChecksum() {
  if (!std::exchange(oldUnicastChecksum_, true)) forget();
}

void AdvertBuilder::configure(const InstanceConfig& config) {
  oldUnicastChecksum_ =
      mayUseOldUnicastChecksum(config) && config.oldUnicastChecksum == OldUnicastChecksum::always;
  forget();
  std::vector<std::uint8_t> packed;
  std::size_t count = 0;
  for (const auto& each : config.addresses) {
    if (!each.advertised || each.address.family() != config.family) continue;
    if (++count > wire::kMaxAdvertAddresses) break;
    const auto bytes = each.address.bytes();
    packed.insert(packed.end(), bytes.begin(), bytes.end());
  }
  const auto size = wire::advertSize(advertOf(config, config.basePriority, packed));
  packedSize_ = static_cast<std::uint16_t>(packed.size());
  advertSize_ = static_cast<std::uint16_t>(size);
  bytes_ = std::vector<std::uint8_t>(packed.size() + kept_.size() * size);
  std::ranges::copy(packed, bytes_.begin());
}

ByteView AdvertBuilder::build(const InstanceSettings& config, Priority priority,
                              const std::optional<IpAddress>& source,
                              const IpAddress& destination) {
  return buildAs({config.vrid, priority}, config, source, destination);
}

ByteView AdvertBuilder::buildProbe(const InstanceSettings& config,
                                   const std::optional<IpAddress>& source,
                                   const IpAddress& destination) {
  return buildAs({kNobody, kGoodbyePriority}, config, source, destination);
}

ByteView AdvertBuilder::buildAs(const Speaker& speaker, const InstanceSettings& config,
                                const std::optional<IpAddress>& source,
                                const IpAddress& destination) {
  const std::size_t which = speaker.priority == kGoodbyePriority ? 1 : 0;
  const auto room = std::span(bytes_).subspan(packedSize_ + which * advertSize_, advertSize_);
  const Path path{source, destination};
  if (path_ != path) forget();
  if (kept_[which] != speaker) {
    wire::AdvertContext context;
    auto advert = advertOf(config, speaker.priority, packedAddresses());
    advert.vrid = speaker.vrid;
    context.version = advert.version;
    context.source = source.value_or(IpAddress{});
    context.destination = oldUnicastChecksum_ ? config.multicastGroup : destination;
    context.v3ChecksumAsV2 = config.v3ChecksumAsV2;
    CHECK(wire::emitAdvert(advert, context, room) == room.size());
    path_ = path;
    kept_[which] = speaker;
  }
  return room;
}

}  // namespace failoverd::core
