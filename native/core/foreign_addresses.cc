#include "core/foreign_addresses.h"

#include <algorithm>
#include <span>

namespace failoverd::core::foreign_addresses {
namespace {

std::span<const VipOwner> ownersOf(const CoreState& core, const IpAddress& address) {
  return {std::ranges::equal_range(core.vips, address, {}, &VipOwner::address)};
}

// An address that we have put there ourselves may lack the mark: an older kernel keeps none.
bool mayBeOurs(const CoreState& core, const IpAddress& address, IfIndex ifIndex) {
  return std::ranges::any_of(ownersOf(core, address), [&](const VipOwner& owner) {
    const auto& vip = owner.router->addresses[owner.index];
    const bool stands = vip.state != AddressState::absent && vip.state != AddressState::failed;
    return vip.ifIndex == ifIndex && (stands || vip.ownRemovals > 0);
  });
}

bool isOdd(const CoreState& core, const Router& router, const VirtualAddress& vip,
           IfIndex ifIndex) {
  const auto& address = vip.config.address;
  // RFC 9568 §1.6, address owner: there it belongs.
  if (vip.ifIndex == ifIndex && router.isOwner()) return false;
  // A link-local address is another one on each link.
  if (vip.ifIndex != ifIndex && address.isLinkLocal()) return false;
  return !mayBeOurs(core, address, ifIndex);
}

void tell(CoreState& core, const Router& router, VirtualAddress& vip, IfIndex ifIndex) {
  if (vip.foreignOn == ifIndex) return;
  const auto* link = core.links.byIndex(ifIndex);
  if (link == nullptr) return;
  vip.foreignOn = ifIndex;
  core.outbox.push(AddressForeign{router.id(), link->facts.interfaceName, vip.config.address});
}

}  // namespace

void look(CoreState& core, Router& router) {
  if (!core.kernelListed || core.awaitsInheritance) return;
  for (auto& vip : router.addresses) {
    core.links.forForeign(vip.config.address, [&](IfIndex ifIndex) {
      if (isOdd(core, router, vip, ifIndex)) tell(core, router, vip, ifIndex);
    });
  }
}

void onExisting(CoreState& core, const Router& router, VirtualAddress& vip) {
  const auto* present = core.links.find(vip.ifIndex, vip.config.address);
  if (router.isOwner() || present == nullptr || present->ours) return;
  tell(core, router, vip, vip.ifIndex);
}

void onAppeared(CoreState& core, const LocalAddressAppeared& fact) {
  if (!core.kernelListed || core.awaitsInheritance) return;
  for (const auto& owner : ownersOf(core, fact.address)) {
    auto& vip = owner.router->addresses[owner.index];
    if (isOdd(core, *owner.router, vip, fact.ifIndex)) {
      tell(core, *owner.router, vip, fact.ifIndex);
    }
  }
}

void onRemoved(CoreState& core, const LocalAddressRemoved& fact) {
  for (const auto& owner : ownersOf(core, fact.address)) {
    auto& vip = owner.router->addresses[owner.index];
    if (vip.foreignOn == fact.ifIndex) vip.foreignOn = kNoInterface;
  }
}

void onLinkRemoved(CoreState& core, IfIndex ifIndex) {
  for (const auto& router : core.routers) {
    for (auto& vip : router->addresses) {
      if (vip.foreignOn == ifIndex) vip.foreignOn = kNoInterface;
    }
  }
}

}  // namespace failoverd::core::foreign_addresses
