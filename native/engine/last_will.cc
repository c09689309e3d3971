#include "engine/last_will.h"

#include <linux/netlink.h>

#include <cerrno>

namespace failoverd::engine {

int LastWill::write(Instant now, const core::Core& core) {
  writer_.begin();
  goodUntil_ = core.tellWill(now, *this);
  return writer_.end() == 0 ? 0 : ENOSPC;
}

void LastWill::goodbye(const core::SendAdvert& advert) {
  guardian::Goodbye goodbye;
  goodbye.ifIndex = advert.ifIndex;
  goodbye.source = advert.source;
  goodbye.destination = advert.destination;
  goodbye.ttl = advert.ttl;
  goodbye.withIpHeader = advert.withIpHeader;
  goodbye.bytes = advert.bytes;
  writer_.add(goodbye);
}

void LastWill::address(IfIndex ifIndex, const IpAddress& address, std::uint8_t prefixLength) {
  writer_.add(guardian::Possession{ifIndex, address, prefixLength});
}

std::span<std::uint8_t> LastWill::object(core::ByteView removal) {
  return writer_.add(guardian::Removal{NETLINK_ROUTE, removal});
}

}  // namespace failoverd::engine
