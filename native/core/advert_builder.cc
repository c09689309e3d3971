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

bool mayUseOldUnicastChecksum(const InstanceConfig& config) {
  return config.oldUnicastChecksum != OldUnicastChecksum::never && config.unicast &&
         config.version == VrrpVersion::v3 && config.family == Family::ipv4;
}

namespace {

// No virtual router has it.
constexpr Vrid kNobody{0};

wire::Advert advertOf(const InstanceConfig& config, Priority priority, wire::Bytes packed) {
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
  if (std::exchange(oldUnicastChecksum_, true)) return;
  for (auto& kept : kept_) kept.key.reset();
}

void AdvertBuilder::configure(const InstanceConfig& config) {
  oldUnicastChecksum_ =
      mayUseOldUnicastChecksum(config) && config.oldUnicastChecksum == OldUnicastChecksum::always;
  packed_.clear();
  std::size_t count = 0;
  for (const auto& each : config.addresses) {
    if (!each.advertised || each.address.family() != config.family) continue;
    if (++count > wire::kMaxAdvertAddresses) break;
    const auto bytes = each.address.bytes();
    packed_.insert(packed_.end(), bytes.begin(), bytes.end());
  }
  const auto size = wire::advertSize(advertOf(config, config.basePriority, packed_));
  for (auto& kept : kept_) {
    kept.key.reset();
    kept.bytes.resize(size);
  }
}

ByteView AdvertBuilder::build(const InstanceConfig& config, Priority priority,
                              const std::optional<IpAddress>& source,
                              const IpAddress& destination) {
  return buildAs(config.vrid, config, priority, source, destination);
}

ByteView AdvertBuilder::buildProbe(const InstanceConfig& config,
                                   const std::optional<IpAddress>& source,
                                   const IpAddress& destination) {
  return buildAs(kNobody, config, kGoodbyePriority, source, destination);
}

ByteView AdvertBuilder::buildAs(Vrid vrid, const InstanceConfig& config, Priority priority,
                                const std::optional<IpAddress>& source,
                                const IpAddress& destination) {
  auto& kept = kept_[priority == kGoodbyePriority ? 1 : 0];
  const Key key{vrid, priority, source, destination};
  if (kept.key != key) {
    wire::AdvertContext context;
    auto advert = advertOf(config, priority, packed_);
    advert.vrid = vrid;
    context.version = advert.version;
    context.source = source.value_or(IpAddress{});
    context.destination = oldUnicastChecksum_ ? config.multicastGroup : destination;
    context.v3ChecksumAsV2 = config.v3ChecksumAsV2;
    kept.size = wire::emitAdvert(advert, context, kept.bytes);
    kept.key = key;
  }
  return ByteView(kept.bytes).first(kept.size);
}

}  // namespace failoverd::core
