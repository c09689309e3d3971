#include "core/mastership.h"

#include <algorithm>

#include "core/addresses.h"
#include "core/announcer.h"
#include "core/election.h"
#include "core/gate.h"
#include "core/groups.h"
#include "core/health.h"
#include "core/objects.h"
#include "core/transition.h"

namespace failoverd::core::mastership {
namespace {

// How long the most impatient peer waits: the one with priority 254.
Duration peersPatience(const Router& router) {
  return masterDownInterval(router.config, Priority{254}, router.advertInterval());
}

Duration triggeredGap(const Router& router) {
  return router.advertInterval() / 4;
}

// Regular adverts keep to whole intervals after each other, so that lateness does not add up.
// Those that were missed are not made up for.
void scheduleAfter(CoreState& core, Router& router, Instant due) {
  const auto interval = router.advertInterval();
  auto next = due + interval;
  if (next <= core.now) {
    next = next + interval * ((core.now - next).micros / interval.micros + 1);
  }
  core.armAt(router, Purpose::advert, next);
}

void answerSecondMaster(CoreState& core, Router& router, bool insist) {
  if (insist || !router.config.lowerPriorityNoAdvert) answer(core, router);
  announcer::afterSecondMaster(core, router);
}

// The first weaker advert of an episode, unless it crossed our own takeover on the way.
bool beginsEpisode(const CoreState& core, const Router& router) {
  const auto& last = router.election.lastWeaker;
  if (last && core.now - *last < router.masterDown()) return false;
  return core.now - router.since >= router.advertInterval();
}

// What `build` makes for a destination, once for each of them.
template <class Build, class Take>
void forEachCopy(const CoreState& core, Router& router, Priority priority, Build build, Take take) {
  const auto& config = router.config;
  SendAdvert advert;
  advert.instance = router.id();
  advert.ifIndex = router.ifIndex;
  advert.source = *router.source;
  advert.priority = priority;
  advert.withIpHeader = config.auth.kind == AuthKind::ah;
  const auto copyTo = [&](const IpAddress& destination) {
    if (destination.family() != config.family) return;
    advert.destination = destination;
    const auto bytes = authenticity::protect(core, router, build(destination), advert);
    if (!bytes) return;
    advert.bytes = *bytes;
    take(advert);
  };
  if (config.unicast) {
    advert.ttl = config.unicastTtl;
    for (const auto& peer : config.unicastPeers) copyTo(peer.address);
  } else {
    copyTo(config.multicastGroup);
  }
}

// The advert with this priority.
template <class Take>
void forEachAdvert(const CoreState& core, Router& router, Priority priority, Take take) {
  const auto build = [&](const IpAddress& destination) {
    return router.builder.build(router.config, priority, router.source, destination);
  };
  forEachCopy(core, router, priority, build, take);
}

}  // namespace

void begin(CoreState& core, Router& router) {
  election::forgetMaster(core, router);
  router.election = {};
  // Who yielded its ownership has it back: nobody else serves.
  if (router.config.basePriority == kOwnerPriority) router.health.effective = kOwnerPriority;
  ++router.counters.becameMaster;
  election::sendAndRestart(core, router);
  announcer::begin(core, router);
  gate::begin(core, router);
}

void end(CoreState& core, Router& router, bool goodbye) {
  if (goodbye) election::sendAdvert(core, router, kGoodbyePriority);
  core.cancel(router, Purpose::advert);
  core.cancel(router, Purpose::triggeredAdvert);
  announcer::end(core, router);
  gate::end(core, router);
  objects::release(core, router.objects);
  addresses::releaseAll(core, router);
  objects::want(core, router.filters);
  router.election = {};
  ++router.counters.releasedMaster;
}

bool wasAway(const CoreState& core, const Router& router) {
  if (router.election.listening) return true;
  const auto& last = router.election.lastAdvertSent;
  return last && core.now - *last > peersPatience(router);
}

void advertDue(CoreState& core, Router& router, Instant due) {
  const bool listened = router.election.listening;
  // A link without carrier has nothing to listen to (dont_track_primary).
  if (listened && !health::canSend(core, router)) {
    listenFirst(core, router);
    return;
  }
  router.election.listening = false;
  // One interval of silence is enough, however late we are again.
  if (listened) {
    election::sendAndRestart(core, router);
    announcer::announceAll(core, router);
    Cause cause;
    cause.kind = CauseKind::wokeLate;
    cause.silence = core.now - due;
    election::tellAgain(core, router, cause);
    return;
  }
  // Kept for regularAdvert(): the schedule goes on from when the advert should have left.
  scheduleAfter(core, router, due);
  election::happen(core, router, Happening::advertDue, {});
}

void regularAdvert(CoreState& core, Router& router) {
  election::sendAdvert(core, router, router.effective());
}

void answer(CoreState& core, Router& router) {
  const auto gap = skewTime(router.config.version, Priority{255}, router.advertInterval());
  const auto& last = router.election.lastAdvertSent;
  if (!last || core.now - *last >= gap) {
    election::sendAndRestart(core, router);
    return;
  }
  const auto regular = core.deadlines.at(router.slot(Purpose::advert));
  core.armAt(router, Purpose::advert, std::min(regular, *last + gap));
}

void listenFirst(CoreState& core, Router& router) {
  router.election.listening = true;
  core.cancel(router, Purpose::triggeredAdvert);
  core.arm(router, Purpose::advert, router.advertInterval() + router.skew());
}

void assertMastership(CoreState& core, Router& router, const Cause& cause) {
  core.outbox.push(LowerPriorityReceived{router.id(), cause.peer.value_or(IpAddress{}),
                                         cause.peerPriority.value_or(Priority{})});
  const bool away = wasAway(core, router);
  const bool tell = away || beginsEpisode(core, router);
  router.election.lastWeaker = core.now;
  router.election.listening = false;
  answerSecondMaster(core, router, away);
  if (away) announcer::announceAll(core, router);
  if (tell) election::tellAgain(core, router, cause);
  if (router.group == Router::kNoGroup) return;
  // The other half of the split had the whole group (keepalived).
  for (const auto& other : core.routers) {
    if (other.get() == &router || other->group != router.group) continue;
    if (other->state == State::master && !other->lingers()) answerSecondMaster(core, *other, false);
  }
}

void priorityChanged(CoreState& core, Router& router) {
  if (!router.quick() || router.election.listening || router.lingers()) return;
  const auto& last = router.election.lastTriggered;
  const auto wait = last ? *last + triggeredGap(router) - core.now : Duration::zero();
  if (wait > Duration::zero()) {
    core.arm(router, Purpose::triggeredAdvert, wait);
    return;
  }
  triggeredAdvert(core, router);
}

void triggeredAdvert(CoreState& core, Router& router) {
  if (router.state != State::master) return;
  router.election.lastTriggered = core.now;
  election::sendAdvert(core, router, router.effective());
}

bool rivalInsists(CoreState& core, Router& router, const HeardAdvert& advert) {
  if (!router.isOwner() || advert.priority != kOwnerPriority) return false;
  if (!router.source || advert.source > *router.source) return false;  // we are the lower one
  auto& election = router.election;
  if (election.rivalOwner != advert.source) {
    election.rivalOwner = advert.source;
    const auto longer = std::max(router.advertInterval(), advert.interval);
    election.rivalTolerated = core.now + longer * 6 / 5;
    core.outbox.push(AdvertOdd{router.id(), OddReason::samePriorityOwner, advert.source});
    answer(core, router);  // and once more as to any weaker master, right after that
    return false;
  }
  if (core.now < election.rivalTolerated) return false;
  return true;
}

void yieldOwnership(CoreState& core, Router& router, const HeardAdvert& advert) {
  router.election.rivalOwner = advert.source;
  router.election.ownershipYielded = true;
  health::reassess(core, router);
}

void forgiveRival(CoreState& core, Router& router, const HeardAdvert& advert) {
  if (!router.election.ownershipYielded) return;
  const bool stillThere =
      advert.source == router.election.rivalOwner && advert.priority == kOwnerPriority;
  if (stillThere) return;
  router.election.ownershipYielded = false;
  router.election.rivalOwner.reset();
  health::reassess(core, router);
}

Instant tellWill(const CoreState& core, Router& router, Instant now, WillSink& sink) {
  // Who lingers has said it already.
  if (router.state != State::master || router.lingers() || !health::canSend(core, router)) {
    return Instant::never();
  }
  const authenticity::Foresight foresight(core, router, now);
  forEachAdvert(core, router, kGoodbyePriority,
                [&](const SendAdvert& advert) { sink.goodbye(advert); });
  return foresight.goodUntil();
}

}  // namespace failoverd::core::mastership

namespace failoverd::core::election {

void sendAdvert(CoreState& core, Router& router, Priority priority) {
  auto& refusals = router.refusals;
  const bool allFailed = refusals.copies != 0 && refusals.copiesFailed >= refusals.copies;
  if (!allFailed) refusals.sendFailingSince.reset();
  refusals.copies = 0;
  refusals.copiesFailed = 0;
  refusals.probing = false;
  if (!health::canSend(core, router)) return;
  authenticity::next(core, router);  // one signature for all of them
  mastership::forEachAdvert(core, router, priority, [&](const SendAdvert& advert) {
    core.outbox.sendAdvert(advert, advert.bytes);
    ++refusals.copies;
  });
  core.cancel(router, Purpose::triggeredAdvert);  // this one tells it
  router.election.lastAdvertSent = core.now;
  ++router.counters.advertsSent;
  if (priority == kGoodbyePriority) ++router.counters.goodbyesSent;
}

void sendProbe(CoreState& core, Router& router) {
  auto& refusals = router.refusals;
  refusals.copies = 0;
  refusals.copiesFailed = 0;
  refusals.probing = health::canSend(core, router);
  if (!refusals.probing) return;
  // Its numbers count for nobody: the adverts of who serves meanwhile must stay newer than ours.
  const authenticity::Unsaid unsaid(router);
  authenticity::next(core, router);
  const auto build = [&](const IpAddress& destination) {
    return router.builder.buildProbe(router.config, router.source, destination);
  };
  mastership::forEachCopy(core, router, kGoodbyePriority, build, [&](const SendAdvert& probe) {
    core.outbox.sendAdvert(probe, probe.bytes);
    ++refusals.copies;
  });
}

void sendAndRestart(CoreState& core, Router& router) {
  sendAdvert(core, router, router.effective());
  core.arm(router, Purpose::advert, router.advertInterval());
}

void tellAgain(CoreState& core, Router& router, const Cause& cause) {
  router.cause = cause;
  core.outbox.push(StateChanged{router.id(), State::master, State::master, router.effective(), true,
                                true, cause});
}

}  // namespace failoverd::core::election
