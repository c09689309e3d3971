#include "engine/overheard.h"

#include <algorithm>

#include "wire/advert.h"
#include "wire/arp.h"
#include "wire/hmac.h"
#include "wire/ndisc.h"
#include "wire/vrrp_frame.h"

namespace failoverd::engine {
namespace {

AdvertFlaw flawOf(wire::AdvertError error) {
  switch (error) {
    case wire::AdvertError::truncated:
      return AdvertFlaw::truncated;
    case wire::AdvertError::version:
      return AdvertFlaw::version;
    case wire::AdvertError::type:
      return AdvertFlaw::type;
    case wire::AdvertError::length:
      return AdvertFlaw::length;
    case wire::AdvertError::checksum:
      return AdvertFlaw::checksum;
    case wire::AdvertError::authType:
      return AdvertFlaw::authType;
    case wire::AdvertError::interval:
      return AdvertFlaw::interval;
  }
  UNREACHABLE();
}

// The form that the packet itself claims to have. A listener knows no configuration.
wire::AdvertContext contextOf(const wire::VrrpFrame& packet, const wire::AdvertView& view) {
  wire::AdvertContext context;
  context.version = view.version() == 2 ? wire::Version::v2 : wire::Version::v3;
  context.source = packet.source;
  context.destination = packet.destination;
  context.trailerAllowed = true;
  return context;
}

// As many addresses as are announced, or as the packet has room for.
void readAddresses(const wire::AdvertView& view, Family family, OverheardAdvert& heard) {
  const auto each = wire::AddressList::addressSize(family);
  const auto room = (view.bytes().size() - wire::kAdvertHeaderSize) / each;
  const auto count = std::min<std::size_t>(view.addressCount(), room);
  const auto packed = view.bytes().subspan(wire::kAdvertHeaderSize, count * each);
  const auto list = wire::AddressList::over(family, packed);
  for (std::size_t i = 0; list && i < list->size(); ++i) heard.addresses.push_back(list->at(i));
}

void readFields(const wire::AdvertView& view, Family family, OverheardAdvert& heard) {
  heard.version = view.version();
  heard.type = view.type();
  heard.virtualRouterId = view.vrid().value;
  heard.priority = view.priority().value;
  heard.addressCount = view.addressCount();
  if (view.version() == 2) {
    heard.authType = view.authType();
    heard.advertInterval = Duration::ofSeconds(view.intervalSeconds());
  } else {
    heard.advertInterval = Duration::ofCentis(view.intervalCentis());
  }
  readAddresses(view, family, heard);
}

// What only a packet of the right length has in its place.
void readTail(const wire::ParsedAdvert& parsed, OverheardAdvert& heard) {
  heard.password = parsed.advert.password;
  if (parsed.trailer.empty()) return;
  const auto trailer = wire::parseHmacTrailer(parsed.trailer);
  if (trailer) heard.hmacKeyId = trailer.value().keyId;
}

void judge(const wire::VrrpFrame& packet, const wire::AdvertView& view, OverheardAdvert& heard) {
  auto context = contextOf(packet, view);
  auto parsed = wire::parseAdvert(packet.vrrp, context);
  if (!parsed && parsed.error() == wire::AdvertError::checksum) {
    context.v3ChecksumAsV2 = true;
    if (const auto again = wire::parseAdvert(packet.vrrp, context)) {
      heard.checksumAsV2 = true;
      parsed = again;
    }
  }
  if (parsed) {
    readTail(parsed.value(), heard);
  } else {
    heard.flaw = flawOf(parsed.error());
  }
}

OverheardAdvert advertIn(const wire::VrrpFrame& packet) {
  OverheardAdvert heard;
  heard.mac = packet.mac;
  heard.source = packet.source;
  heard.destination = packet.destination;
  heard.ttl = packet.ttl;
  heard.length = static_cast<std::uint32_t>(packet.vrrp.size());
  if (packet.ah) heard.ahSequence = packet.ah->sequence;
  const auto view = wire::AdvertView::over(packet.vrrp);
  if (packet.hasAh && !packet.ah) {
    heard.flaw = AdvertFlaw::authHeader;
  } else if (!view) {
    heard.flaw = AdvertFlaw::truncated;
  } else {
    readFields(*view, packet.destination.family(), heard);
    judge(packet, *view, heard);
  }
  return heard;
}

std::optional<OverheardClaim> claimIn(wire::Bytes frame) {
  if (const auto arp = wire::parseArpClaim(frame)) {
    const auto& [mac, address, reply] = arp.value();
    return OverheardClaim{reply ? ClaimKind::arpReply : ClaimKind::gratuitousArp, mac, address};
  }
  if (const auto advert = wire::parseNeighborAdvert(frame)) {
    return OverheardClaim{ClaimKind::neighborAdvert, advert.value().mac, advert.value().address};
  }
  return std::nullopt;
}

}  // namespace

OverheardFrame overhear(wire::Bytes frame) {
  OverheardFrame heard;
  heard.frame = frame;
  if (const auto packet = wire::findVrrp(frame)) {
    heard.advert = advertIn(*packet);
  } else {
    heard.claim = claimIn(frame);
  }
  return heard;
}

}  // namespace failoverd::engine
