#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "core/inputs.h"
#include "core/short_name.h"

namespace failoverd::core {

struct LocalAddress {
  bool secondary = false;
  bool tentative = false;
  bool ours = false;
  bool duplicate = false;     // IPv6: another host has it
  std::uint32_t listing = 0;  // the dump that named it last
  std::uint64_t order = 0;    // of appearance: the kernel lists primary addresses first
};

struct Link {
  LinkChanged facts;
  std::map<std::pair<IpAddress, std::uint8_t>, LocalAddress> addresses;
  std::uint32_t listing = 0;

  [[nodiscard]] bool usable() const { return facts.up && facts.running; }
};

// What the kernel last said of links and addresses. It decides nothing.
class LinkTable {
 public:
  // The link as it is now. A name that moved to another index leaves the old link nameless.
  const Link& change(const LinkChanged& facts);
  void remove(IfIndex ifIndex);
  // false: of an unknown link.
  bool appear(const LocalAddressAppeared& fact);
  bool disappear(const LocalAddressRemoved& fact);
  // What duplicate address detection has found of an address that stands; forgotten when the kernel
  // tells of the address again.
  void setDuplicate(IfIndex ifIndex, const IpAddress& address, bool duplicate);

  // Begins a dump: what was told before does not count as named by it.
  void beginListing() { ++listing_; }
  // Ends it: links and addresses that it did not name are handed back for removal.
  struct Stale {
    std::vector<IfIndex> links;
    std::vector<LocalAddressRemoved> addresses;
  };
  Stale endListing();

  [[nodiscard]] const Link* byIndex(IfIndex ifIndex) const;
  [[nodiscard]] const Link* byName(const InterfaceName& name) const;
  // The local address, whatever its prefix length.
  [[nodiscard]] const LocalAddress* find(IfIndex ifIndex, const IpAddress& address) const;

  // Calls `visit(ifIndex)` for each interface on which the address stands without our mark.
  template <class Visit>
  void forForeign(const IpAddress& address, Visit visit) const {
    const auto [from, to] = foreign_.equal_range(address);
    for (auto at = from; at != to; ++at) visit(at->second);
  }

  // The address that adverts come from: for IPv4 the interface's primary address, for IPv6 its
  // link-local one (RFC 9568 §5.1.2.1). `isVirtual` tells addresses of virtual routers, which
  // are taken only when there is nothing else: an address owner may have no other.
  template <class Predicate>
  [[nodiscard]] std::optional<IpAddress> primary(IfIndex ifIndex, Family family,
                                                 Predicate isVirtual) const;

 private:
  void noteForeign(const IpAddress& address, IfIndex ifIndex, bool foreign);

  std::vector<Link> links_;
  // What stands without our mark, and where; once for each prefix length.
  std::multimap<IpAddress, IfIndex> foreign_;
  std::uint64_t nextOrder_ = 0;
  std::uint32_t listing_ = 0;
};

template <class Predicate>
std::optional<IpAddress> LinkTable::primary(IfIndex ifIndex, Family family,
                                            Predicate isVirtual) const {
  const auto* link = byIndex(ifIndex);
  if (link == nullptr) return std::nullopt;
  std::optional<IpAddress> best;
  std::uint64_t bestRank = 0;
  for (const auto& [key, local] : link->addresses) {
    const auto& address = key.first;
    if (address.family() != family || local.ours || local.tentative) continue;
    if (family == Family::ipv6 && !address.isLinkLocal()) continue;
    const auto rank =
        local.order + (local.secondary ? 1ULL << 62 : 0) + (isVirtual(address) ? 1ULL << 63 : 0);
    if (best && bestRank <= rank) continue;
    best = address;
    bestRank = rank;
  }
  return best;
}

}  // namespace failoverd::core
