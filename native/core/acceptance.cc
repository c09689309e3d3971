#include "core/acceptance.h"

#include <algorithm>

#include "base/check.h"
#include "core/advert_builder.h"
#include "wire/advert.h"

namespace failoverd::core {
namespace {

RejectReason reasonOf(wire::AdvertError error) {
  switch (error) {
    case wire::AdvertError::truncated:
      return RejectReason::truncated;
    case wire::AdvertError::version:
      return RejectReason::version;
    case wire::AdvertError::type:
      return RejectReason::type;
    case wire::AdvertError::length:
      return RejectReason::length;
    case wire::AdvertError::checksum:
      return RejectReason::checksum;
    case wire::AdvertError::authType:
      return RejectReason::authType;
    case wire::AdvertError::interval:
      return RejectReason::interval;
  }
  UNREACHABLE();
}

const UnicastPeer* peerOf(const InstanceSettings& config, const IpAddress& source) {
  for (const auto& peer : config.unicastPeers) {
    if (peer.address == source) return &peer;
  }
  return nullptr;
}

// RFC 9568 §7.1: the TTL (hop limit) MUST be 255, which no forwarded packet can have. Unicast
// adverts may come through routers; there the peer's own limits count.
std::optional<RejectReason> judgeTtl(const InstanceSettings& config, const AdvertReceived& packet) {
  if (!config.unicast) {
    return packet.ttl == 255 ? std::nullopt : std::optional(RejectReason::ttl);
  }
  const auto* peer = peerOf(config, packet.source);
  if (peer == nullptr) return std::nullopt;
  const bool within = peer->minTtl <= packet.ttl && packet.ttl <= peer->maxTtl;
  return within ? std::nullopt : std::optional(RejectReason::peerTtl);
}

// The bytes of the advert itself, behind an AH header where that is configured.
Result<ByteView, RejectReason> open(const CoreState& core, Router& router,
                                    const AdvertReceived& packet) {
  const bool expected = router.config.auth.kind == AuthKind::ah;
  if (packet.ipHeader.empty() == expected) return RejectReason::authType;
  if (!expected) return packet.bytes;
  return authenticity::openAh(core, router, packet);
}

// RFC 3768 §7.1, VRRPv2 only: VRRPv3 has no authentication of its own. Over IPv6 there is no
// room for the password.
std::optional<RejectReason> judgeAuth(const InstanceSettings& config, const wire::Advert& advert) {
  if (config.version == VrrpVersion::v3) return std::nullopt;
  if (advert.authType != authTypeOf(config.auth.kind)) return RejectReason::authType;
  const bool wantsPass = config.auth.kind == AuthKind::pass;
  if (wantsPass && config.family == Family::ipv4 &&
      !wire::constantTimeEqual(config.auth.password, advert.password)) {
    return RejectReason::authFailure;
  }
  return std::nullopt;
}

std::optional<RejectReason> judgeSender(const InstanceSettings& config,
                                        const AdvertReceived& packet) {
  if (packet.destination.isMulticast() == config.unicast) return RejectReason::wrongForm;
  if (config.unicast && config.checkUnicastSource && peerOf(config, packet.source) == nullptr) {
    return RejectReason::notAPeer;
  }
  return std::nullopt;
}

// As sets: RFC 9568 §7.1 asks for the same addresses, not for the same order.
bool sameAddresses(const wire::AddressList& heard, Family family, ByteView packed) {
  const auto own = wire::AddressList::over(family, packed);
  CHECK(own.has_value());
  if (heard == *own) return true;
  if (heard.size() != own->size()) return false;
  for (std::size_t i = 0; i < own->size(); ++i) {
    if (!heard.contains(own->at(i))) return false;
  }
  return true;
}

// RFC 9568 §5.2.5: such an advert MUST be ignored. Two routers that were both configured without
// addresses (no_virtual_ipaddress) have nothing else to say.
bool lacksAddresses(const Router& router, const wire::Advert& advert) {
  return router.config.version == VrrpVersion::v3 && advert.addresses.empty() &&
         !router.builder.packedAddresses().empty();
}

wire::AdvertContext contextOf(const InstanceSettings& config, const AdvertReceived& packet) {
  wire::AdvertContext context;
  context.version = config.version == VrrpVersion::v2 ? wire::Version::v2 : wire::Version::v3;
  context.source = packet.source;
  context.destination = packet.destination;
  context.v3ChecksumAsV2 = config.v3ChecksumAsV2;
  context.trailerAllowed = config.auth.kind == AuthKind::hmac;
  return context;
}

}  // namespace

Result<HeardAdvert, RejectReason> judgeAdvert(const CoreState& core, Router& router,
                                              const AdvertReceived& packet) {
  const auto& config = router.config;
  if (packet.source == router.source) return RejectReason::ownAddress;
  if (const auto bad = judgeTtl(config, packet)) return *bad;
  const auto opened = open(core, router, packet);
  if (!opened) return opened.error();
  auto context = contextOf(config, packet);
  auto parsed = wire::parseAdvert(opened.value(), context);
  if (!parsed && parsed.error() == wire::AdvertError::checksum &&
      mayUseOldUnicastChecksum(config)) {
    context.destination = config.multicastGroup;
    parsed = wire::parseAdvert(opened.value(), context);
  }
  if (!parsed) return reasonOf(parsed.error());
  const auto& advert = parsed.value().advert;
  if (const auto bad = authenticity::judgeTrailer(core, router, parsed.value(), packet.source)) {
    return *bad;
  }
  if (const auto bad = judgeAuth(config, advert)) return *bad;
  const bool intervalDiffers = advert.interval != router.advertInterval();
  // RFC 3768 §7.1: VRRPv2 cannot learn an interval.
  if (config.version == VrrpVersion::v2 && intervalDiffers) return RejectReason::interval;
  if (const auto bad = judgeSender(config, packet)) return *bad;
  if (lacksAddresses(router, advert)) return RejectReason::noAddresses;
  if (context.destination != packet.destination) router.builder.useOldUnicastChecksum();
  if (config.ownerIgnoreAdverts && router.isOwner()) return RejectReason::ownerIgnores;

  HeardAdvert heard{packet.source, advert.priority, advert.interval, false, intervalDiffers};
  const bool compare = !config.skipCheckAdvertAddresses || router.seen.address != packet.source;
  if (compare) {
    heard.addressesDiffer =
        !sameAddresses(advert.addresses, config.family, router.builder.packedAddresses());
  }
  return heard;
}

}  // namespace failoverd::core
