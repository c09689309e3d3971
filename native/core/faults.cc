#include "core/faults.h"

#include <algorithm>
#include <cerrno>

#include "core/authenticity.h"
#include "core/link_delays.h"
#include "core/objects.h"
#include "wire/advert.h"
#include "wire/ipv4.h"

namespace failoverd::core {
namespace {

// The lowest that a router in service can advertise (RFC 9568 §5.2.4).
constexpr Priority kUnfitPriority{1};

const GroupConfig* groupOf(const CoreState& core, const Router& router) {
  if (router.group == Router::kNoGroup) return nullptr;
  return &core.groups[router.group].config;
}

bool sameTarget(const TrackerUse& a, const TrackerUse& b) {
  return a.tracker == b.tracker;
}
bool sameTarget(const InterfaceUse& a, const InterfaceUse& b) {
  return a.interfaceName == b.interfaceName;
}

template <class Use, class Visit>
void forUses(const std::vector<Use>& own, const std::vector<Use>* ofGroup, Visit visit) {
  const auto inList = [](const std::vector<Use>& list, const Use& use) -> const Use* {
    for (const auto& each : list) {
      if (sameTarget(each, use)) return &each;
    }
    return nullptr;
  };
  for (const auto& use : own) {
    const auto* groups = ofGroup == nullptr ? nullptr : inList(*ofGroup, use);
    visit(groups != nullptr && use.weight != 0 ? *groups : use);
  }
  if (ofGroup == nullptr) return;
  for (const auto& use : *ofGroup) {
    if (inList(own, use) == nullptr) visit(use);
  }
}

}  // namespace

template <class Visit>
void forTrackers(const CoreState& core, const Router& router, Visit visit) {
  const auto* group = groupOf(core, router);
  forUses(router.config.trackers, group == nullptr ? nullptr : &group->trackers, visit);
}

template <class Visit>
void forInterfaces(const CoreState& core, const Router& router, Visit visit) {
  const auto* group = groupOf(core, router);
  forUses(router.config.interfaces, group == nullptr ? nullptr : &group->interfaces, visit);
}

namespace {

Fault ofInterface(CauseKind kind, IfIndex ifIndex, const InterfaceName& name) {
  Fault fault;
  fault.kind = kind;
  fault.ifIndex = ifIndex;
  fault.interfaceName = name;
  return fault;
}

Fault withError(CauseKind kind, std::int32_t errorNumber) {
  Fault fault;
  fault.kind = kind;
  fault.errorNumber = errorNumber;
  return fault;
}

// Its carrier is the parent's, and so is the delay until that counts.
void assessVmac(const CoreState& core, Router& router) {
  const auto& name = router.config.vmacName;
  if (name.empty()) return;
  const auto& since = router.vmacGoneSince;
  if (router.state == State::master && since && core.now - *since < kVmacGrace) return;
  const auto* base = core.links.byIndex(router.baseIfIndex);
  if (base != nullptr && !base->usable()) return;
  auto& faults = router.health.faults;
  const auto* link = core.links.byName(name);
  if (link == nullptr) {
    faults.push_back(ofInterface(CauseKind::interfaceMissing, kNoInterface, name));
  } else if (router.config.trackPrimary && !link->usable()) {
    faults.push_back(ofInterface(CauseKind::interfaceDown, link->facts.ifIndex, name));
  }
}

// The interface that the instance runs on.
void assessOwnInterface(const CoreState& core, Router& router) {
  const auto& name = router.config.interfaceName;
  if (name.empty()) return;
  auto& faults = router.health.faults;
  const auto* link = core.links.byIndex(router.baseIfIndex);
  if (link == nullptr) {
    faults.push_back(ofInterface(CauseKind::interfaceMissing, kNoInterface, name));
  } else if (router.config.trackPrimary && !link_delays::usable(core, link)) {
    faults.push_back(ofInterface(CauseKind::interfaceDown, router.baseIfIndex, name));
  } else {
    assessVmac(core, router);
  }
}

void assessSource(const CoreState& core, Router& router) {
  const bool missing = !router.config.interfaceName.empty() && router.baseIfIndex == kNoInterface;
  if (missing) return;  // one reason is enough: there is no interface to have an address
  const auto& configured = router.config.sourceAddress;
  const bool vanished = configured && router.config.trackSource &&
                        core.links.find(router.baseIfIndex, *configured) == nullptr;
  if (router.source && !vanished) return;
  router.health.faults.push_back(
      ofInterface(CauseKind::noSourceAddress, router.baseIfIndex, router.config.interfaceName));
}

// Over IPv6 the kernel sends a long packet in fragments.
bool fitsLink(const CoreState& core, const Router& router) {
  const auto& config = router.config;
  const auto* link = core.links.byIndex(router.ifIndex);
  if (config.family == Family::ipv6 || link == nullptr) return true;
  const auto password = config.version == VrrpVersion::v2 ? wire::kPasswordSize : 0;
  return wire::kIpv4HeaderSize + wire::kAdvertHeaderSize + router.builder.packedAddresses().size() +
             password + authenticity::overhead(config.auth) <=
         link->facts.mtu;
}

// What the kernel did not send, or would not.
void assessSending(const CoreState& core, Router& router) {
  auto error = router.refusals.sendError;
  // A MASTER whose interface becomes narrower serves until its peers have given it up.
  if (router.state != State::master && !fitsLink(core, router)) error = EMSGSIZE;
  if (error == 0) return;
  auto& faults = router.health.faults;
  faults.push_back(
      ofInterface(CauseKind::sendFailed, router.baseIfIndex, router.config.interfaceName));
  faults.back().errorNumber = error;
}

void assessRefusals(const CoreState& core, Router& router) {
  auto& faults = router.health.faults;
  if (router.config.unicast && router.config.unicastPeers.empty()) {
    faults.push_back(withError(CauseKind::noPeer, 0));
  }
  const auto& refusals = router.refusals;
  if (!authenticity::available(core, router)) {
    faults.push_back(withError(CauseKind::sendFailed, ENOTSUP));
  }
  if (router.listen == ListenState::failed) {
    faults.push_back(withError(CauseKind::listenFailed, router.listenError));
  }
  assessSending(core, router);
  if (refusals.addressError != 0) {
    faults.push_back(withError(CauseKind::addressRefused, refusals.addressError));
  }
  if (refusals.addressLost) {
    faults.push_back(withError(CauseKind::addressLost, 0));
  }
}

void assessStatics(const CoreState& core, Router& router) {
  for (const auto& use : core.staticUses) {
    if (use.instance != router.id()) continue;
    const auto& object = core.statics.list[use.object];
    const auto stands = objects::stands(core, object);
    router.health.pending = router.health.pending || !stands;
    if (stands.value_or(true)) continue;
    router.health.faults.push_back(withError(CauseKind::staticMissing, object.errorNumber));
    return;  // one is enough
  }
}

// Weighted trackers do not touch an owner (keepalived.conf(5)); its priority is 255 by rule.
void addPart(Router& router, const PriorityPart& part) {
  if (part.delta != 0 && router.config.basePriority != kOwnerPriority) {
    router.health.parts.push_back(part);
  }
}

void assessInterfaces(const CoreState& core, Router& router) {
  forInterfaces(core, router, [&](const InterfaceUse& use) {
    const auto* link = core.links.byName(use.interfaceName);
    const auto found = contribution(use, link_delays::usable(core, link));
    addPart(router, {std::nullopt, use.interfaceName, found.delta});
    if (!found.fault) return;
    const auto kind = link == nullptr ? CauseKind::interfaceMissing : CauseKind::interfaceDown;
    const auto ifIndex = link == nullptr ? kNoInterface : link->facts.ifIndex;
    router.health.faults.push_back(ofInterface(kind, ifIndex, use.interfaceName));
  });
}

// docs/adr/0006: rather an unfit router than none. An owner has no lower priority to go to.
bool servesUnfit(const Router& router) {
  return router.config.neverNobody && router.group == Router::kNoGroup &&
         router.config.basePriority != kOwnerPriority;
}

void assessTrackers(const CoreState& core, Router& router) {
  auto& health = router.health;
  bool any = false;
  forTrackers(core, router, [&](const TrackerUse& use) {
    any = true;
    const auto found = contribution(use, core.trackers.reading(use.tracker));
    addPart(router, {use.tracker, {}, found.delta});
    health.pending = health.pending || found.pending;
    if (!found.fault) return;
    if (servesUnfit(router)) {
      health.unfit = health.unfit.value_or(use.tracker);
      return;
    }
    Fault fault;
    fault.kind = CauseKind::trackerFault;
    fault.tracker = use.tracker;
    health.faults.push_back(fault);
  });
  // DESIGN law 9: nobody watches the trackers any more. An instance without any goes on.
  if (any && core.blind) health.faults.push_back(withError(CauseKind::trackersBlind, 0));
}

}  // namespace

void assess(const CoreState& core, Router& router) {
  auto& health = router.health;
  health.faults.clear();
  health.parts.clear();
  health.pending = false;
  if (router.drained) health.faults.push_back(withError(CauseKind::drained, 0));
  health.unfit.reset();
  assessOwnInterface(core, router);
  assessInterfaces(core, router);
  assessSource(core, router);
  assessRefusals(core, router);
  assessStatics(core, router);
  assessTrackers(core, router);
  const bool deaf = router.listen == ListenState::idle || router.listen == ListenState::asked;
  health.pending = health.pending || deaf;
  std::int64_t sum = 0;
  for (const auto& part : health.parts) sum += part.delta;
  health.effective = effectivePriority(router.config.basePriority, sum);
  if (health.unfit) {
    // As a part of its own, so that the parts go on adding up.
    const auto down = kUnfitPriority.value - health.effective.value;
    health.parts.push_back({health.unfit, {}, down});
    health.effective = kUnfitPriority;
  }
  if (router.election.ownershipYielded) health.effective = Priority{254};
}

void addGroupFaults(const CoreState& core, Router& router) {
  for (const auto member : core.groups[router.group].config.members) {
    const auto* other = core.find(member);
    if (other == nullptr || other == &router) continue;
    router.health.pending = router.health.pending || other->health.pending;
    const auto& faults = other->health.faults;
    const bool own = std::any_of(faults.begin(), faults.end(), [](const Fault& fault) {
      return fault.kind != CauseKind::groupMember;
    });
    if (!own) continue;
    Fault fault;
    fault.kind = CauseKind::groupMember;
    fault.member = member;
    router.health.faults.push_back(fault);
  }
}

Cause causeOf(const Router& router, const Fault& fault) {
  Cause cause;
  cause.kind = fault.kind;
  cause.errorNumber = fault.errorNumber;
  if (fault.ifIndex != kNoInterface) cause.ifIndex = fault.ifIndex;
  cause.interfaceName = fault.interfaceName;
  if (fault.kind == CauseKind::trackerFault) cause.tracker = fault.tracker;
  if (fault.kind == CauseKind::groupMember) cause.member = fault.member;
  if (fault.kind == CauseKind::addressLost) cause.address = router.refusals.addressLost;
  return cause;
}

bool usesTracker(const CoreState& core, const Router& router, TrackerId tracker) {
  bool found = false;
  forTrackers(core, router, [&](const TrackerUse& use) { found |= use.tracker == tracker; });
  return found;
}

}  // namespace failoverd::core
