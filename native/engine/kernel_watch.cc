#include "engine/kernel_watch.h"

#include <algorithm>
#include <cerrno>
#include <type_traits>
#include <variant>

namespace failoverd::engine {

namespace {

LinkStatus statusOf(const os::LinkSeen& link) {
  const auto name = core::InterfaceName::from(link.name.view());
  return {link.ifIndex, name.value_or(core::InterfaceName()), link.up, link.running};
}

bool same(const LinkStatus& a, const LinkStatus& b) {
  return a.interfaceName == b.interfaceName && a.up == b.up && a.running == b.running;
}

}  // namespace

int KernelWatch::list() {
  listed_.clear();
  listing_ = true;
  const auto asked = monitor_.requestList();
  return asked ? 0 : asked.error().number;
}

int KernelWatch::read(Instant now, Protocol& protocol) {
  for (;;) {
    const auto fact = monitor_.next();
    if (!fact) return fact.error().number;
    if (!fact.value()) return 0;
    take(now, protocol, *fact.value());
  }
}

void KernelWatch::take(Instant now, Protocol& protocol, const os::KernelFact& fact) {
  const auto one = [&]<class T>(const T& what) {
    if constexpr (std::is_same_v<T, os::LinkSeen>) {
      const auto link = statusOf(what);
      see(now, link);
      announcements_.setForwarding(what.ifIndex, what.forwards.value_or(false));
      protocol.input(now, core::LinkChanged{link.ifIndex, link.interfaceName, link.up, link.running,
                                            what.mac, what.mtu, what.noArp});
    } else if constexpr (std::is_same_v<T, os::LinkGone>) {
      std::erase_if(links_, [&](const auto& link) { return link.ifIndex == what.ifIndex; });
      events_.push(now, LinkGone{what.ifIndex});
      announcements_.setForwarding(what.ifIndex, false);
      protocol.input(now, core::LinkRemoved{what.ifIndex});
    } else if constexpr (std::is_same_v<T, os::ForwardingSeen>) {
      announcements_.setForwarding(what.ifIndex, what.forwards);
    } else if constexpr (std::is_same_v<T, os::AddressSeen>) {
      protocol.input(now, core::LocalAddressAppeared{what.ifIndex, what.address, what.prefixLength,
                                                     what.secondary, what.tentative, what.ours()});
      if (what.duplicate) {
        protocol.input(now, core::LocalAddressDuplicate{what.ifIndex, what.address});
      }
    } else if constexpr (std::is_same_v<T, os::AddressGone>) {
      protocol.input(now, core::LocalAddressRemoved{what.ifIndex, what.address, what.prefixLength});
    } else if constexpr (std::is_same_v<T, os::ListComplete>) {
      forgetUnlisted(now);
      protocol.input(now, core::KernelListed{});
    } else {
      static_assert(std::is_same_v<T, os::Overrun>);
      events_.push(now, Trouble{TroubleKind::netlink, ENOBUFS});
      protocol.input(now, core::KernelRelisting{});
      list();
    }
  };
  std::visit(one, fact);
}

void KernelWatch::see(Instant now, const LinkStatus& link) {
  if (listing_) listed_.push_back(link.ifIndex);
  const auto known = std::ranges::find(links_, link.ifIndex, &LinkStatus::ifIndex);
  if (known != links_.end() && same(*known, link)) return;
  if (known == links_.end()) {
    links_.push_back(link);
  } else {
    *known = link;
  }
  events_.push(now, LinkSeen{link.ifIndex, link.interfaceName, link.up, link.running});
}

// What a complete listing did not name went away while messages were lost.
void KernelWatch::forgetUnlisted(Instant now) {
  const auto unlisted = [&](const LinkStatus& link) {
    const bool gone = std::ranges::find(listed_, link.ifIndex) == listed_.end();
    if (gone) events_.push(now, LinkGone{link.ifIndex});
    return gone;
  };
  std::erase_if(links_, unlisted);
  listed_.clear();
  listing_ = false;
}

}  // namespace failoverd::engine
