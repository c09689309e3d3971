#include "core/addressees.h"

#include <algorithm>
#include <utility>

#include "core/router.h"

namespace failoverd::core {
namespace {

constexpr std::uint64_t kNowhere = 0;

std::uint64_t keyFor(IfIndex ifIndex, Family family, Vrid vrid) {
  const auto low = std::uint64_t{static_cast<std::uint8_t>(family)} << 8 | vrid.value;
  // Never kNowhere, and kNoInterface stands for every interface.
  return std::uint64_t{1} << 48 | std::uint64_t{ifIndex.value} << 16 | low;
}

std::uint64_t keyOf(const Router& router) {
  const auto& config = router.config;
  const bool anywhere = config.interfaceName.empty();
  if (!anywhere && router.ifIndex == kNoInterface) return kNowhere;
  return keyFor(anywhere ? kNoInterface : router.ifIndex, config.family, config.vrid);
}

// Instances of one VRID may share an interface when they are unicast and their own addresses
// differ (keepalived.conf(5), unicast_src_ip).
bool isFor(const Router& router, const AdvertReceived& packet) {
  return !router.config.unicast || packet.destination.isMulticast() ||
         packet.destination == router.source;
}

}  // namespace

void Addressees::makeRoom(std::size_t instances) {
  if (instances > places_.capacity()) places_.reserve(2 * instances);
}

void Addressees::place(Router& router) {
  const auto key = keyOf(router);
  if (key == router.placedAt) return;
  remove(router);
  router.placedAt = key;
  if (key == kNowhere) return;
  const Place place{key, &router};
  const auto before = [](const Place& a, const Place& b) {
    return a.key != b.key ? a.key < b.key : a.router->id() < b.router->id();
  };
  places_.insert(std::ranges::upper_bound(places_, place, before), place);
}

void Addressees::remove(Router& router) {
  const auto key = std::exchange(router.placedAt, kNowhere);
  if (key == kNowhere) return;
  const auto same = std::ranges::equal_range(places_, key, {}, &Place::key);
  places_.erase(std::ranges::find(same, &router, &Place::router));
}

Router* Addressees::findAt(std::uint64_t key, const AdvertReceived& packet) const {
  for (const auto& place : std::ranges::equal_range(places_, key, {}, &Place::key)) {
    if (isFor(*place.router, packet)) return place.router;
  }
  return nullptr;
}

Router* Addressees::find(Vrid vrid, const AdvertReceived& packet) const {
  const auto family = packet.source.family();
  auto* here = findAt(keyFor(packet.ifIndex, family, vrid), packet);
  auto* anywhere = findAt(keyFor(kNoInterface, family, vrid), packet);
  if (here == nullptr || anywhere == nullptr) return here == nullptr ? anywhere : here;
  return here->id() < anywhere->id() ? here : anywhere;
}

}  // namespace failoverd::core
