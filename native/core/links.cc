#include "core/links.h"

#include <algorithm>

namespace failoverd::core {

const Link& LinkTable::change(const LinkChanged& facts) {
  Link* found = nullptr;
  for (auto& link : links_) {
    if (link.facts.ifIndex == facts.ifIndex) {
      found = &link;
    } else if (link.facts.interfaceName == facts.interfaceName) {
      link.facts.interfaceName = InterfaceName{};
    }
  }
  if (found == nullptr) found = &links_.emplace_back();
  found->facts = facts;
  found->listing = listing_;
  return *found;
}

void LinkTable::remove(IfIndex ifIndex) {
  std::erase_if(links_, [&](const Link& link) { return link.facts.ifIndex == ifIndex; });
  std::erase_if(foreign_, [&](const auto& each) { return each.second == ifIndex; });
}

bool LinkTable::appear(const LocalAddressAppeared& fact) {
  for (auto& link : links_) {
    if (link.facts.ifIndex != fact.ifIndex) continue;
    auto [at, isNew] = link.addresses.try_emplace({fact.address, fact.prefixLength});
    if (isNew) at->second.order = nextOrder_++;
    if (isNew ? !fact.ours : at->second.ours != fact.ours) {
      noteForeign(fact.address, fact.ifIndex, !fact.ours);
    }
    at->second.duplicate = false;
    at->second.secondary = fact.secondary;
    at->second.tentative = fact.tentative;
    at->second.ours = fact.ours;
    at->second.listing = listing_;
    return true;
  }
  return false;
}

bool LinkTable::disappear(const LocalAddressRemoved& fact) {
  for (auto& link : links_) {
    if (link.facts.ifIndex != fact.ifIndex) continue;
    const auto at = link.addresses.find({fact.address, fact.prefixLength});
    if (at == link.addresses.end()) return false;
    if (!at->second.ours) noteForeign(fact.address, fact.ifIndex, false);
    link.addresses.erase(at);
    return true;
  }
  return false;
}

void LinkTable::setDuplicate(IfIndex ifIndex, const IpAddress& address, bool duplicate) {
  for (auto& link : links_) {
    if (link.facts.ifIndex != ifIndex) continue;
    const auto at = link.addresses.lower_bound({address, 0});
    if (at != link.addresses.end() && at->first.first == address) at->second.duplicate = duplicate;
  }
}

void LinkTable::noteForeign(const IpAddress& address, IfIndex ifIndex, bool foreign) {
  if (foreign) {
    foreign_.emplace(address, ifIndex);
    return;
  }
  const auto [from, to] = foreign_.equal_range(address);
  const auto at = std::find_if(from, to, [&](const auto& each) { return each.second == ifIndex; });
  if (at != to) foreign_.erase(at);
}

LinkTable::Stale LinkTable::endListing() {
  Stale stale;
  for (const auto& link : links_) {
    if (link.listing != listing_) {
      stale.links.push_back(link.facts.ifIndex);
      continue;
    }
    for (const auto& [key, local] : link.addresses) {
      if (local.listing == listing_) continue;
      stale.addresses.push_back({link.facts.ifIndex, key.first, key.second});
    }
  }
  return stale;
}

const Link* LinkTable::byIndex(IfIndex ifIndex) const {
  for (const auto& link : links_) {
    if (link.facts.ifIndex == ifIndex) return &link;
  }
  return nullptr;
}

const Link* LinkTable::byName(const InterfaceName& name) const {
  if (name.empty()) return nullptr;
  for (const auto& link : links_) {
    if (link.facts.interfaceName == name) return &link;
  }
  return nullptr;
}

const LocalAddress* LinkTable::find(IfIndex ifIndex, const IpAddress& address) const {
  const auto* link = byIndex(ifIndex);
  if (link == nullptr) return nullptr;
  const auto at = link->addresses.lower_bound({address, 0});
  if (at == link->addresses.end() || at->first.first != address) return nullptr;
  return &at->second;
}

}  // namespace failoverd::core
