#include <algorithm>

#include "core/addresses.h"

// Changes of the wanted list itself: which addresses are in both, and the index over all.
namespace failoverd::core::addresses {
namespace {

// What the kernel knows of an address. When one of these differs it is another address.
bool sameInKernel(const AddressConfig& a, const AddressConfig& b) {
  return a.address == b.address && a.prefixLength == b.prefixLength &&
         a.interfaceName == b.interfaceName && a.scope == b.scope && a.label == b.label &&
         a.broadcast == b.broadcast && a.peer == b.peer && a.flags == b.flags &&
         a.preferredLifetime == b.preferredLifetime;
}

using Order = std::vector<std::uint32_t>;

Order orderByAddress(const std::vector<VirtualAddress>& list) {
  Order order(list.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto& first = list[a].config.address;
    const auto& second = list[b].config.address;
    return first == second ? a < b : first < second;
  });
  return order;
}

// The address in `old` that is the wanted one; what is found is taken out of `free`.
VirtualAddress* match(std::vector<VirtualAddress>& old, const Order& order,
                      std::vector<bool>& taken, const AddressConfig& wanted) {
  const auto less = [&](std::uint32_t a, const IpAddress& b) { return old[a].config.address < b; };
  auto at = std::lower_bound(order.begin(), order.end(), wanted.address, less);
  for (; at != order.end() && old[*at].config.address == wanted.address; ++at) {
    if (taken[*at] || !sameInKernel(old[*at].config, wanted)) continue;
    taken[*at] = true;
    return &old[*at];
  }
  return nullptr;
}

void dropRest(CoreState& core, Router& router, std::vector<VirtualAddress>& old,
              const std::vector<bool>& taken) {
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (taken[i]) continue;
    auto& vip = old[i];
    core.requests.detach(vip.request);
    const bool installed =
        vip.state == AddressState::requested || vip.state == AddressState::confirmed;
    if (!installed || vip.foreign) continue;
    const auto request = core.requests.open(router.id(), 0);
    core.requests.detach(request);
    core.outbox.push(RemoveAddress{request, router.id(), vip.ifIndex, vip.config.address,
                                   vip.config.prefixLength});
  }
}

bool before(const VipOwner& a, const VipOwner& b) {
  if (a.address != b.address) return a.address < b.address;
  return a.router == b.router ? a.index < b.index : a.router->id() < b.router->id();
}

// Both are in order. From the back, so that each moves once and no further room is needed.
void merge(std::vector<VipOwner>& all, const std::vector<VipOwner>& more) {
  auto left = all.size();
  auto to = left + more.size();
  all.resize(to);
  for (auto right = more.size(); right > 0;) {
    const bool fromLeft = left > 0 && before(more[right - 1], all[left - 1]);
    all[--to] = fromLeft ? all[--left] : more[--right];
  }
}

// The index again has the addresses of this instance as they are.
void reindex(CoreState& core, Router& router) {
  std::erase_if(core.vips, [&](const VipOwner& owner) { return owner.router == &router; });
  std::vector<VipOwner> own;
  own.reserve(router.addresses.size());
  for (std::uint32_t i = 0; i < router.addresses.size(); ++i) {
    own.push_back({router.addresses[i].config.address, &router, i});
  }
  std::ranges::sort(own, before);
  merge(core.vips, own);
}

}  // namespace

void replace(CoreState& core, Router& router, const std::vector<AddressConfig>& wanted) {
  auto old = std::move(router.addresses);
  const auto order = orderByAddress(old);
  std::vector<bool> taken(old.size(), false);
  router.addresses.clear();
  router.addresses.reserve(wanted.size());
  router.requested = 0;
  for (const auto& config : wanted) {
    VirtualAddress vip;
    if (auto* known = match(old, order, taken, config)) vip = *known;
    vip.config = config;
    if (vip.state == AddressState::requested) ++router.requested;
    core.requests.retarget(vip.request, static_cast<std::uint32_t>(router.addresses.size()));
    router.addresses.push_back(std::move(vip));
  }
  // Removals come first: the same address may come back with another prefix length.
  dropRest(core, router, old, taken);
  reindex(core, router);
}

bool isVirtual(const CoreState& core, const IpAddress& address) {
  const auto less = [](const VipOwner& a, const IpAddress& b) { return a.address < b; };
  const auto at = std::lower_bound(core.vips.begin(), core.vips.end(), address, less);
  return at != core.vips.end() && at->address == address;
}

}  // namespace failoverd::core::addresses
