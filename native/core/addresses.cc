#include "core/addresses.h"

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "core/announcer.h"
#include "core/foreign_addresses.h"
#include "core/health.h"
#include "core/objects.h"

// Two sources tell of an address: the answer to our request, and the notification that
// everybody gets. The answer decides (state), the notification tells what others do. Since
// the two may overtake each other, removals by ourselves are counted and waited for.
namespace failoverd::core::addresses {
namespace {

constexpr std::uint32_t kNoDad = 0x02;  // IFA_F_NODAD, linux/if_addr.h
constexpr auto kRetryRefused = Duration::ofSeconds(5);
// After a notification of our own removal, look whether the address is really there.
constexpr auto kLookAgain = Duration::ofMillis(100);
constexpr auto kRestoreWindow = Duration::ofSeconds(60);

std::uint32_t indexOf(const Router& router, const VirtualAddress& vip) {
  return static_cast<std::uint32_t>(&vip - router.addresses.data());
}

// Whether the kernel looks for duplicates before it uses the address (RFC 4862 §5.4).
bool isExamined(const VirtualAddress& vip) {
  return !vip.config.address.isV4() && (vip.config.flags & kNoDad) == 0;
}

void setState(Router& router, VirtualAddress& vip, AddressState to) {
  if (vip.state == AddressState::requested) --router.requested;
  if (to == AddressState::requested) ++router.requested;
  vip.state = to;
}

// The answer to the last request, if any, means nothing any more.
void supersede(CoreState& core, VirtualAddress& vip) {
  core.requests.detach(vip.request);
  vip.request = 0;
}

void request(CoreState& core, Router& router, VirtualAddress& vip) {
  supersede(core, vip);
  vip.request = core.requests.open(router.id(), indexOf(router, vip));
  vip.errorNumber = 0;
  vip.unannounced = false;
  vip.awaitsDad = false;
  setState(router, vip, AddressState::requested);
  core.outbox.push(AddAddress{vip.request, router.id(), vip.ifIndex, &vip.config});
}

// Not refused: the script of a new master may be what makes the interface. Where the instance's own
// is missing, that is said of the instance.
void awaitInterface(CoreState& core, const Router& router, VirtualAddress& vip) {
  const auto& name = vip.config.interfaceName;
  if (name.empty() || name == router.config.interfaceName) return;
  vip.errorNumber = ENODEV;
  core.outbox.push(AddressFailed{router.id(), kNoInterface, vip.config.address, ENODEV});
}

// What the administrator gave the interface is not ours: the addresses of an owner (RFC 9568 §1.6),
// and the address that adverts leave from, without which the host could not speak there. Others
// that stood there before us are taken over: a keepalived that died may have left them.
bool belongsToHost(const Router& router, const VirtualAddress& vip, const LocalAddress& present) {
  return !present.ours && (router.isOwner() || router.source == vip.config.address);
}

void want(CoreState& core, Router& router, VirtualAddress& vip) {
  if (vip.ifIndex == kNoInterface) return awaitInterface(core, router, vip);
  if (router.gateClosed) return;  // asked for when it opens
  const auto* present = core.links.find(vip.ifIndex, vip.config.address);
  if (present != nullptr && belongsToHost(router, vip, *present)) {
    vip.foreign = true;
    vip.unannounced = true;
    setState(router, vip, AddressState::confirmed);
    return;
  }
  request(core, router, vip);
}

void remove(CoreState& core, Router& router, VirtualAddress& vip) {
  supersede(core, vip);
  vip.request = core.requests.open(router.id(), indexOf(router, vip));
  ++vip.ownRemovals;
  setState(router, vip, AddressState::removing);
  core.outbox.push(RemoveAddress{vip.request, router.id(), vip.ifIndex, vip.config.address,
                                 vip.config.prefixLength});
}

bool installed(const VirtualAddress& vip) {
  return vip.state == AddressState::requested || vip.state == AddressState::confirmed;
}

void release(CoreState& core, Router& router, VirtualAddress& vip) {
  vip.restoring = false;
  vip.unannounced = false;
  vip.awaitsDad = false;
  if (installed(vip) && !vip.foreign) {
    remove(core, router, vip);
    return;
  }
  vip.foreign = false;
  if (vip.state != AddressState::removing) setState(router, vip, AddressState::absent);
}

void confirm(CoreState& core, Router& router, VirtualAddress& vip) {
  setState(router, vip, AddressState::confirmed);
  const auto* present = core.links.find(vip.ifIndex, vip.config.address);
  vip.awaitsDad = isExamined(vip) && (present == nullptr || present->tentative);
  vip.unannounced = !vip.awaitsDad;
  if (!vip.restoring) return;
  vip.restoring = false;
  // Routes with this address as their source went with it, silently.
  objects::assertAll(core, router.objects);
  ++router.counters.addressesRestored;
  core.outbox.push(AddressRestored{router.id(), vip.ifIndex, vip.config.address, vip.restored});
}

// Stays MASTER with what it could get; without any address it would be a black hole.
void refuse(CoreState& core, Router& router, VirtualAddress& vip, std::int32_t errorNumber) {
  setState(router, vip, AddressState::failed);
  vip.errorNumber = errorNumber;
  vip.restoring = false;
  core.outbox.push(AddressFailed{router.id(), vip.ifIndex, vip.config.address, errorNumber});
  const auto failed = [](const VirtualAddress& each) { return each.state == AddressState::failed; };
  if (std::all_of(router.addresses.begin(), router.addresses.end(), failed)) {
    router.refusals.addressError = errorNumber;
    health::refused(core, router);
  } else if (!core.armed(router, Purpose::retry)) {
    core.arm(router, Purpose::retry, kRetryRefused);
  }
}

// It stands and is of no use, and in the way of the next try. Where the kernel is to look for
// duplicates, it has found one; elsewhere somebody else had put it there, and ours replaces it.
void dropDuplicate(CoreState& core, Router& router, VirtualAddress& vip) {
  remove(core, router, vip);
  // Once: if it cannot be removed it is not tried for ever.
  core.links.setDuplicate(vip.ifIndex, vip.config.address, false);
  if (isExamined(vip)) {
    supersede(core, vip);
    refuse(core, router, vip, EADDRINUSE);
  } else {
    request(core, router, vip);
  }
}

// The kernel's word that the interface has gone is on its way; whoever removes one takes its
// addresses first. Asked for again when there is one of that name.
void interfaceGone(Router& router, VirtualAddress& vip) {
  vip.restoring = false;
  vip.ifIndex = kNoInterface;
  setState(router, vip, AddressState::absent);
}

// What was added a moment ago without being examined is no duplicate, whatever stood there before.
bool isDuplicate(const CoreState& core, const VirtualAddress& vip, std::int32_t errorNumber) {
  const auto* present = core.links.find(vip.ifIndex, vip.config.address);
  if (present == nullptr || !present->duplicate) return false;
  return errorNumber == EEXIST || isExamined(vip);
}

void onAddResult(CoreState& core, Router& router, VirtualAddress& vip, std::int32_t errorNumber) {
  if (errorNumber == EEXIST) foreign_addresses::onExisting(core, router, vip);
  // EEXIST: by us, by a former run or by hand, it is there.
  if (errorNumber == 0 || errorNumber == EEXIST) {
    if (isDuplicate(core, vip, errorNumber)) {
      dropDuplicate(core, router, vip);
    } else {
      confirm(core, router, vip);
    }
  } else if (errorNumber == ENODEV) {
    interfaceGone(router, vip);
  } else {
    refuse(core, router, vip, errorNumber);
  }
  if (router.state == State::master) announcer::announceNew(core, router);
}

void onRemoveResult(Router& router, VirtualAddress& vip, std::int32_t errorNumber) {
  setState(router, vip, AddressState::absent);
  // It was gone already, so nothing will be notified.
  if (errorNumber != 0 && vip.ownRemovals > 0) --vip.ownRemovals;
}

// Somebody else took it away: it is put back at once, but not for ever.
void restore(CoreState& core, Router& router, VirtualAddress& vip) {
  if (core.now - vip.windowStart >= kRestoreWindow || vip.restoredInWindow == 0) {
    vip.windowStart = core.now;
    vip.restoredInWindow = 0;
  }
  if (vip.restoredInWindow >= core.options.restoresPerMinute) {
    setState(router, vip, AddressState::absent);
    router.refusals.addressLost = vip.config.address;
    health::refused(core, router);
    return;
  }
  ++vip.restoredInWindow;
  ++vip.restored;
  vip.restoring = true;
  request(core, router, vip);
}

void lost(CoreState& core, Router& router, VirtualAddress& vip) {
  if (vip.ownRemovals > 0) {
    --vip.ownRemovals;
    if (vip.state == AddressState::confirmed) core.arm(router, Purpose::retry, kLookAgain);
    return;
  }
  if (router.state != State::master || vip.state != AddressState::confirmed) return;
  if (vip.foreign || !vip.config.track) {
    vip.foreign = false;
    setState(router, vip, AddressState::absent);
    return;
  }
  restore(core, router, vip);
}

IfIndex interfaceOf(const CoreState& core, const Router& router, const AddressConfig& config) {
  if (config.interfaceName.empty()) return homeOf(core, router);
  const auto* link = core.links.byName(config.interfaceName);
  return link == nullptr ? kNoInterface : link->facts.ifIndex;
}

template <class Visit>
void forOwners(CoreState& core, IfIndex ifIndex, const IpAddress& address, Visit visit) {
  const auto less = [](const VipOwner& a, const IpAddress& b) { return a.address < b; };
  auto at = std::lower_bound(core.vips.begin(), core.vips.end(), address, less);
  for (; at != core.vips.end() && at->address == address; ++at) {
    auto& vip = at->router->addresses[at->index];
    if (vip.ifIndex == ifIndex) visit(*at->router, vip);
  }
}

}  // namespace

void wantAll(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) {
    vip.restoring = false;
    want(core, router, vip);
  }
  announcer::announceNew(core, router);
}

void wantMissing(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) {
    if (vip.state == AddressState::absent || vip.state == AddressState::removing) {
      want(core, router, vip);
    }
  }
  announcer::announceNew(core, router);
}

void adopt(CoreState& core, Router& router, bool announce) {
  for (auto& vip : router.addresses) {
    const auto* present = core.links.find(vip.ifIndex, vip.config.address);
    if (present == nullptr) {
      want(core, router, vip);
      continue;
    }
    vip.foreign = belongsToHost(router, vip, *present);
    setState(router, vip, AddressState::confirmed);
    vip.awaitsDad = isExamined(vip) && present->tentative;
    vip.unannounced = announce && !vip.awaitsDad;
  }
  announcer::announceNew(core, router);
}

void releaseAll(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) release(core, router, vip);
}

void removeLeftovers(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) {
    if (vip.state != AddressState::absent || vip.ifIndex == kNoInterface) continue;
    const auto* present = core.links.find(vip.ifIndex, vip.config.address);
    if (present != nullptr && present->ours) remove(core, router, vip);
  }
}

void retry(CoreState& core, Router& router) {
  if (router.state != State::master) return;
  for (auto& vip : router.addresses) {
    const bool missing = vip.state == AddressState::confirmed && vip.config.track &&
                         core.links.find(vip.ifIndex, vip.config.address) == nullptr;
    if (vip.state == AddressState::failed || missing) want(core, router, vip);
  }
}

IfIndex homeOf(const CoreState& core, const Router& router) {
  if (router.config.vmacName.empty()) return router.baseIfIndex;
  const auto* link = core.links.byName(router.config.vmacName);
  return link == nullptr ? kNoInterface : link->facts.ifIndex;
}

void resolveInterfaces(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) {
    const auto ifIndex = interfaceOf(core, router, vip.config);
    if (ifIndex == vip.ifIndex) continue;
    // The addresses of an interface that went away went with it.
    supersede(core, vip);
    vip.ifIndex = ifIndex;
    vip.ownRemovals = 0;
    vip.foreign = false;
    setState(router, vip, AddressState::absent);
    if (router.state == State::master) want(core, router, vip);
  }
}

void tellWill(const Router& router, WillSink& sink) {
  for (const auto& vip : router.addresses) {
    const bool standing = installed(vip) || vip.state == AddressState::removing;
    if (!standing || vip.foreign || vip.ifIndex == kNoInterface) continue;
    sink.address(vip.ifIndex, vip.config.address, vip.config.prefixLength);
  }
}

void onResult(CoreState& core, const Requests::Target& target, std::int32_t errorNumber) {
  auto* router = core.find(target.instance);
  CHECK(router != nullptr && target.index < router->addresses.size());
  auto& vip = router->addresses[target.index];
  vip.request = 0;
  if (vip.state == AddressState::removing) {
    onRemoveResult(*router, vip, errorNumber);
  } else {
    onAddResult(core, *router, vip, errorNumber);
  }
}

void onAppeared(CoreState& core, const LocalAddressAppeared& fact) {
  forOwners(core, fact.ifIndex, fact.address, [&](Router& router, VirtualAddress& vip) {
    if (!vip.awaitsDad || fact.tentative) return;
    vip.awaitsDad = false;
    vip.unannounced = true;
    announcer::announceNew(core, router);
  });
}

void onDuplicate(CoreState& core, const LocalAddressDuplicate& fact) {
  forOwners(core, fact.ifIndex, fact.address, [&](Router& router, VirtualAddress& vip) {
    const bool stands = vip.state == AddressState::confirmed && !vip.foreign;
    if (router.state == State::master && stands) dropDuplicate(core, router, vip);
  });
}

void onRemoved(CoreState& core, const LocalAddressRemoved& fact) {
  forOwners(core, fact.ifIndex, fact.address, [&](Router& router, VirtualAddress& vip) {
    if (vip.config.prefixLength == fact.prefixLength) lost(core, router, vip);
  });
}

}  // namespace failoverd::core::addresses
