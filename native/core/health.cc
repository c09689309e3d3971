#include "core/health.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/addresses.h"
#include "core/election.h"
#include "core/faults.h"
#include "core/groups.h"
#include "core/objects.h"

namespace failoverd::core::health {
namespace {

constexpr auto kFirstRetry = Duration::ofSeconds(1);
constexpr std::uint32_t kMostDoublings = 8;  // about four minutes
// So long after the last refusal the next one is the first of its kind again.
constexpr auto kForgiven = Duration::ofSeconds(600);
// A probe costs nobody anything. What the kernel refuses it refuses at once.
constexpr auto kNextProbe = Duration::ofSeconds(1);
constexpr auto kVerdict = Duration::ofMillis(100);

// Whether the core knows enough to judge at all: the kernel's dump is complete, the startup
// delay is over, and no other process has what is to be judged.
bool mayJudge(const CoreState& core) {
  return core.kernelListed && core.startupOver && !core.stopping && !core.awaitsInheritance;
}

Cause causeOf(CauseKind kind) {
  Cause cause;
  cause.kind = kind;
  return cause;
}

void tellPriority(CoreState& core, Router& router, Priority before, const Because& because) {
  const auto now = router.effective();
  if (now == before) return;
  if (router.state != State::init) {
    core.outbox.push(
        PriorityChanged{router.id(), before, now, because.tracker, because.interfaceName});
  }
  election::priorityChanged(core, router, before);
}

void act(CoreState& core, Router& router) {
  if (!mayJudge(core)) return;
  const auto& health = router.health;
  if (!health.faults.empty()) {
    if (router.state != State::fault) {
      election::happen(core, router, Happening::faultFound, causeOf(router, health.faults.front()));
    }
    return;
  }
  if (health.pending) return;
  // An owner is MASTER at once then: what else has arrived, another fault even, is heard before.
  if (router.state == State::fault) core.deadlines.arm(core.recoverySlot, core.now);
  if (router.state == State::init) {
    election::happen(core, router, Happening::started, causeOf(router.startCause));
  }
}

void listen(CoreState& core, Router& router) {
  if (router.listen != ListenState::idle) return;
  const auto& config = router.config;
  if (!config.interfaceName.empty() && router.ifIndex == kNoInterface) return;
  if (config.unicast && !router.source) return;
  router.listen = ListenState::asked;
  const auto address = config.unicast ? *router.source : config.multicastGroup;
  core.outbox.push(Listen{router.id(), config.vrid, router.ifIndex, config.family, address,
                          config.unicast, config.auth.kind == AuthKind::ah});
}

IfIndex indexOf(const CoreState& core, const InterfaceName& name) {
  const auto* link = core.links.byName(name);
  return link == nullptr ? kNoInterface : link->facts.ifIndex;
}

// A macvlan that somebody removes is made again, and set up, within milliseconds; only if that
// fails is the instance without an interface.
void followVmac(CoreState& core, Router& router) {
  const auto& name = router.config.vmacName;
  const auto* link = core.links.byName(name);
  if (name.empty() || (link != nullptr && link->usable())) {
    router.vmacGoneSince.reset();
  } else if (!router.vmacGoneSince) {
    router.vmacGoneSince = core.now;
    core.arm(router, Purpose::retry, kVmacGrace);
  }
}

bool hasNoRoute(std::int32_t errorNumber) {
  return errorNumber == ENETUNREACH || errorNumber == EHOSTUNREACH;
}

// Who cannot be heard is no MASTER again before the kernel has let something go out that looks
// like its adverts: a probe, which peers ignore.
void trySending(CoreState& core, Router& router) {
  auto& refusals = router.refusals;
  if (refusals.sendError == 0) return;
  if (std::exchange(refusals.probing, false)) {
    refusals.sendError = 0;
    refusals.sendFailingSince.reset();
    return;
  }
  election::sendProbe(core, router);
  core.arm(router, Purpose::retry, refusals.probing ? kVerdict : kNextProbe);
}

// Every copy of it was refused.
void probeRefused(CoreState& core, Router& router) {
  auto& refusals = router.refusals;
  refusals.probing = false;
  core.arm(router, Purpose::retry, kNextProbe);
  // The reason may be another one by now.
  if (std::exchange(refusals.sendError, refusals.lastSendError) != refusals.sendError) {
    reassess(core, router);
  }
}

std::optional<IpAddress> sourceOf(const CoreState& core, const Router& router) {
  const auto& config = router.config;
  if (config.sourceAddress) {
    if (config.sourceAddress->family() != config.family) return std::nullopt;
    return config.sourceAddress;
  }
  return core.links.primary(router.baseIfIndex, config.family, [&](const IpAddress& address) {
    return addresses::isVirtual(core, address);
  });
}

}  // namespace

void locate(CoreState& core, Router& router, const Because& because) {
  const auto& config = router.config;
  router.baseIfIndex = indexOf(core, config.interfaceName);
  const bool onVmac = !config.vmacName.empty() && !config.transmitOnBase;
  const auto ifIndex = onVmac ? indexOf(core, config.vmacName) : router.baseIfIndex;
  followVmac(core, router);
  const auto oldSource = router.source;
  if (ifIndex != router.ifIndex && router.listen != ListenState::idle) {
    core.outbox.push(Unlisten{router.id()});
    router.listen = ListenState::idle;
  }
  router.ifIndex = ifIndex;
  core.addressees.place(router);
  router.source = sourceOf(core, router);
  if (router.config.unicast && router.source != oldSource) router.listen = ListenState::idle;
  // Before the judgement: what went with an interface needs no removal.
  addresses::resolveInterfaces(core, router);
  listen(core, router);
  reassess(core, router, because);
}

void reassess(CoreState& core, Router& router, const Because& because) {
  if (router.group == Router::kNoGroup) {
    const auto before = router.effective();
    assess(core, router);
    tellPriority(core, router, before, because);
    act(core, router);
    return;
  }
  groups::forMembers(core, router, [&](Router& member) {
    const auto before = member.effective();
    assess(core, member);
    tellPriority(core, member, before, because);
  });
  groups::forMembers(core, router, [&](Router& member) { addGroupFaults(core, member); });
  groups::forMembers(core, router, [&](Router& member) { act(core, member); });
}

void reassessAll(CoreState& core, const Because& because) {
  for (const auto& router : core.routers) reassess(core, *router, because);
}

void recoverAll(CoreState& core) {
  if (!mayJudge(core)) return;
  for (const auto& router : core.routers) {
    const auto& health = router->health;
    if (router->state != State::fault || health.pending || !health.faults.empty()) continue;
    election::happen(core, *router, Happening::faultsCleared, causeOf(CauseKind::faultCleared));
  }
}

void trackerChanged(CoreState& core, TrackerId tracker) {
  for (const auto& router : core.routers) {
    if (!usesTracker(core, *router, tracker)) continue;
    const bool awaited = router->state == State::init && router->health.pending;
    if (awaited && core.kernelListed) router->startCause = CauseKind::firstResult;
    reassess(core, *router, {tracker, {}});
  }
}

void refused(CoreState& core, Router& router) {
  auto& refusals = router.refusals;
  if (refusals.refusedAt && core.now - *refusals.refusedAt > kForgiven) refusals.inARow = 0;
  refusals.refusedAt = core.now;
  // Twice as long each time: each try is a short takeover from a master that can serve.
  const auto doublings = std::min(refusals.inARow, kMostDoublings);
  ++refusals.inARow;
  auto wait = kFirstRetry * (std::int64_t{1} << doublings);
  if (refusals.addressLost) wait = std::max(wait, Duration::ofSeconds(60));
  core.arm(router, Purpose::retry, wait);
  reassess(core, router);
}

void tryAgain(CoreState& core, Router& router) {
  if (router.listen == ListenState::failed) router.listen = ListenState::idle;
  router.refusals.addressError = 0;
  router.refusals.addressLost.reset();
  trySending(core, router);
  listen(core, router);
  reassess(core, router);
  addresses::retry(core, router);
  objects::retry(core, router.objects);
  objects::retry(core, router.filters);
}

void onListenResult(CoreState& core, Router& router, std::int32_t errorNumber) {
  if (router.listen != ListenState::asked) return;
  router.listenError = errorNumber;
  router.listen = errorNumber == 0 ? ListenState::listening : ListenState::failed;
  if (errorNumber == 0) {
    reassess(core, router);
  } else {
    refused(core, router);
  }
}

void onMtuChanged(CoreState& core, IfIndex ifIndex) {
  for (const auto& router : core.routers) {
    auto& error = router->refusals.sendError;
    if (router->ifIndex == ifIndex && error == EMSGSIZE) error = 0;
  }
}

void onSendFailed(CoreState& core, Router& router, std::int32_t errorNumber) {
  auto& refusals = router.refusals;
  if (router.config.unicast && hasNoRoute(errorNumber)) {
    // A peer without a route hears nothing of ours whatever we do. Where it is gone for good the
    // addresses must stay; keepalived holds them as well.
    if (refusals.copies > 0) --refusals.copies;
  } else {
    ++refusals.copiesFailed;
    refusals.lastSendError = errorNumber;
  }
  // As long as one peer hears it, it is no mute master.
  if (refusals.copies == 0 || refusals.copiesFailed < refusals.copies) return;
  if (refusals.probing) {
    probeRefused(core, router);
    return;
  }
  if (router.state != State::master) return;
  if (!refusals.sendFailingSince) refusals.sendFailingSince = core.now;
  // Its peers have given it up by now: two masters, one of them mute.
  if (core.now - *refusals.sendFailingSince < router.masterDown()) return;
  refusals.sendError = refusals.lastSendError;
  refused(core, router);
}

void removeLeftovers(CoreState& core, Router& router) {
  if (core.awaitsInheritance) return;
  objects::removeLeftovers(core, router.objects);
  addresses::removeLeftovers(core, router);
}

bool canSend(const CoreState& core, const Router& router) {
  if (!router.source || router.source->family() != router.config.family) return false;
  if (router.config.interfaceName.empty()) return true;
  const auto* link = core.links.byIndex(router.ifIndex);
  return link != nullptr && link->usable();
}

}  // namespace failoverd::core::health
