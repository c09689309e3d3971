#include "core/election.h"

#include <algorithm>

#include "base/check.h"
#include "core/addresses.h"
#include "core/announcer.h"
#include "core/authenticity.h"
#include "core/drain.h"
#include "core/groups.h"
#include "core/health.h"
#include "core/mastership.h"
#include "core/pulse.h"
#include "core/stop.h"

namespace failoverd::core::election {
namespace {

bool preempts(const Router& router) {
  return router.config.preempt && router.election.preemptDelay != PreemptDelay::running;
}

Circumstances circumstancesOf(const CoreState& core, const Router& router) {
  Circumstances at;
  at.owner = router.isOwner();
  at.startsAtOnce = router.config.wantMaster;
  at.preempts = preempts(router);
  at.quick = router.quick();
  at.groupReady = groups::ready(core, router);
  at.wasAway = router.state == State::master && mastership::wasAway(core, router);
  return at;
}

void awaitMaster(CoreState& core, Router& router, Duration wait, CauseKind waitingFor) {
  router.election.waitingFor = waitingFor;
  router.election.readyForGroup = false;
  core.arm(router, Purpose::masterDown, wait);
}

// Quick preemption: no later than skewTime from now, which keeps the order among the backups
// (docs/adr/0001).
void hasten(CoreState& core, Router& router) {
  router.election.waitingFor = CauseKind::preempting;
  const auto present = core.deadlines.at(router.slot(Purpose::masterDown));
  core.armAt(router, Purpose::masterDown, std::min(present, core.now + router.skew()));
}

void awaitGroup(CoreState& core, Router& router) {
  const auto waitingFor = router.election.waitingFor;
  awaitMaster(core, router, router.masterDown(), waitingFor);
  router.election.readyForGroup = true;
}

// Once in a silence: who says goodbye again and again must not keep everybody waiting.
void awaitSkew(CoreState& core, Router& router) {
  const auto& election = router.election;
  const bool again = election.waitingFor == CauseKind::goodbyeReceived && !election.readyForGroup;
  const auto present = core.deadlines.at(router.slot(Purpose::masterDown));
  awaitMaster(core, router, router.skew(), CauseKind::goodbyeReceived);
  if (again) core.armAt(router, Purpose::masterDown, std::min(present, core.now + router.skew()));
}

// keepalived: `state MASTER` waits for one interval and one unit of skew.
Duration startWait(const Router& router) {
  return router.masterInterval() +
         skewTime(router.config.version, Priority{255}, router.masterInterval());
}

void react(CoreState& core, Router& router, Reaction reaction, const Cause& cause) {
  switch (reaction) {
    case Reaction::none:
      return;
    case Reaction::advertise:
      mastership::regularAdvert(core, router);
      return;
    case Reaction::listenFirst:
      mastership::listenFirst(core, router);
      return;
    case Reaction::answer:
      mastership::answer(core, router);
      return;
    case Reaction::assertMastership:
      mastership::assertMastership(core, router, cause);
      return;
    case Reaction::awaitMasterDown:
      awaitMaster(core, router, router.masterDown(), CauseKind::masterSilent);
      return;
    case Reaction::awaitStart:
      awaitMaster(core, router, startWait(router), CauseKind::masterSilent);
      return;
    case Reaction::awaitSkew:
      awaitSkew(core, router);
      return;
    case Reaction::hasten:
      hasten(core, router);
      return;
    case Reaction::letRun:
      router.election.waitingFor = CauseKind::preempting;
      return;
    case Reaction::awaitGroup:
      awaitGroup(core, router);
      return;
  }
  UNREACHABLE();
}

void leave(CoreState& core, Router& router, bool goodbye) {
  switch (router.state) {
    case State::init:
    case State::fault:
      return;
    case State::backup:
      core.cancel(router, Purpose::masterDown);
      core.cancel(router, Purpose::preemptDelay);
      router.election.preemptDelay = PreemptDelay::idle;
      router.election.readyForGroup = false;
      router.election.listening = false;
      return;
    case State::master:
      mastership::end(core, router, goodbye);
      return;
  }
  UNREACHABLE();
}

void enter(CoreState& core, Router& router) {
  switch (router.state) {
    case State::init:
    case State::backup:  // its deadline comes from the reaction
      return;
    case State::master:
      mastership::begin(core, router);
      return;
    case State::fault:
      health::removeLeftovers(core, router);
      return;
  }
  UNREACHABLE();
}

// RFC 9568 §6.4.1: the own interval counts until a master is heard. One that is heard all the time,
// whatever keeps us in FAULT, is as good as one that we followed as BACKUP.
void forgetSilentMaster(CoreState& core, Router& router) {
  const auto& heard = router.seen.heard;
  if (!heard || core.now - *heard >= router.masterDown()) forgetMaster(core, router);
}

void changeState(CoreState& core, Router& router, const Transition& next, Happening happening,
                 const Cause& cause) {
  const auto from = router.state;
  // Who lingers has said it already.
  leave(core, router, saysGoodbye(from, happening) && !router.lingers());
  router.state = next.to;
  router.since = core.now;
  router.cause = cause;
  core.forgetTold(router);
  if (from == State::fault) forgetSilentMaster(core, router);
  enter(core, router);
  react(core, router, next.reaction, cause);
  core.outbox.push(
      StateChanged{router.id(), from, next.to, router.effective(), true, false, cause});
  if (from == State::master) drain::afterwards(core, router);
  groups::follow(core, router, from);
}

// Who is heard, and how often it says so (RFC 9568 §6.4.2, Active_Adver_Interval). A goodbye
// tells of no master.
void remember(CoreState& core, Router& router, const HeardAdvert& advert) {
  auto& seen = router.seen;
  if (seen.heard && seen.address == advert.source && advert.priority != kGoodbyePriority) {
    core.arrivals.own(router.arrivals)
        .heard(core.now - *seen.heard, router.masterInterval(), router.config.downTimerAdverts);
  }
  seen.heard = core.now;
  if (advert.priority == kGoodbyePriority) return;
  seen.address = advert.source;
  seen.priority = advert.priority;
  if (router.config.version != VrrpVersion::v3 || seen.interval == advert.interval) return;
  const auto before = pulse::wantedBy(router);
  seen.interval = advert.interval;
  pulse::follow(core, router, before);
}

// A new master (or the first one) is worth an event; the same one again is not.
void tellMaster(CoreState& core, Router& router, const std::optional<IpAddress>& before) {
  const auto& seen = router.seen;
  if (!seen.address || seen.address == before) return;
  core.forgetTold(router);
  core.outbox.push(
      MasterChanged{router.id(), *seen.address, seen.priority, router.masterInterval()});
}

// preempt_delay begins with the first weaker advert and is forgotten with
// the first one that is not weaker (keepalived.conf(5)).
void runPreemptDelay(CoreState& core, Router& router, bool weaker) {
  auto& delay = router.election.preemptDelay;
  if (!weaker) {
    delay = PreemptDelay::idle;
    core.cancel(router, Purpose::preemptDelay);
    return;
  }
  if (router.config.preemptDelay <= Duration::zero() || !router.config.preempt) return;
  if (delay != PreemptDelay::idle) return;
  delay = PreemptDelay::running;
  core.arm(router, Purpose::preemptDelay, router.config.preemptDelay);
}

Happening happeningOf(const Router& router, const HeardAdvert& advert) {
  if (advert.priority == kGoodbyePriority) return Happening::goodbyeHeard;
  if (advert.priority > router.effective()) return Happening::higherHeard;
  if (advert.priority < router.effective()) return Happening::lowerHeard;
  return outranks(router, advert.priority, advert.source) ? Happening::equalLowerHeard
                                                          : Happening::equalHigherHeard;
}

// docs/adr/0009: the better one gives way as soon as it hears the member that decides. One that
// goes on for two intervals is no such group, or hears nothing of ours.
bool endures(const CoreState& core, Router& router, const HeardAdvert& advert) {
  auto& election = router.election;
  const auto longest = std::max(advert.interval, groups::longestInterval(core, router));
  const bool again = election.betterSince && core.now - election.betterHeard < longest * 6;
  if (!again) election.betterSince = core.now;
  election.betterHeard = core.now;
  return core.now - *election.betterSince < longest * 2;
}

CauseKind causeKindOf(Happening happening, const Circumstances& at) {
  if (happening == Happening::goodbyeHeard) return CauseKind::goodbyeReceived;
  if (happening == Happening::higherHeard) return CauseKind::higherPriority;
  if (happening == Happening::equalHigherHeard) return CauseKind::higherAddress;
  if (happening == Happening::rivalOwnerInsists) return CauseKind::higherAddress;
  return at.wasAway ? CauseKind::wokeLate : CauseKind::secondMaster;
}

// A weaker advert beside a living master that is not weaker: the other half of a split, which
// that master will put right. It must not hasten anything.
bool besideMaster(const CoreState& core, const Router& router, const HeardAdvert& advert) {
  const auto& seen = router.seen;
  if (!seen.address || seen.address == advert.source || seen.priority < router.effective()) {
    return false;
  }
  return seen.heard && core.now - *seen.heard < router.masterDown();
}

// The master that was being waited out as a weaker one is weaker no longer.
bool respectsMaster(const Router& router) {
  return router.election.waitingFor == CauseKind::preempting && router.seen.heard &&
         router.seen.priority >= router.effective();
}

void hearAside(CoreState& core, Router& router, const HeardAdvert& advert) {
  const auto before = router.seen.address;
  remember(core, router, advert);
  tellMaster(core, router, before);
}

void hearAsBackup(CoreState& core, Router& router, const HeardAdvert& advert, Cause cause) {
  const auto happening = happeningOf(router, advert);
  const bool weaker = happening == Happening::lowerHeard;
  if (happening != Happening::goodbyeHeard) {
    runPreemptDelay(core, router, weaker);
    // What a former run left behind belongs to the master that is there.
    health::removeLeftovers(core, router);
  }
  if (weaker && preempts(router) && besideMaster(core, router, advert)) return;
  const auto before = router.seen.address;
  remember(core, router, advert);
  cause.kind = causeKindOf(happening, {});
  happen(core, router, happening, cause);
  tellMaster(core, router, before);
}

void hearAsMaster(CoreState& core, Router& router, const HeardAdvert& advert, Cause cause) {
  auto happening = happeningOf(router, advert);
  if (mastership::rivalInsists(core, router, advert)) happening = Happening::rivalOwnerInsists;
  const bool better =
      happening == Happening::higherHeard || happening == Happening::equalHigherHeard;
  auto at = circumstancesOf(core, router);
  at.groupPrevails = better && groups::prevails(core, router) && endures(core, router, advert);
  const auto next = decide(router.state, happening, at);
  cause.kind = causeKindOf(happening, at);
  if (next.to == State::backup) {
    // docs/adr/0002: the better one learns that there were two, and announces once more. Who
    // gives way to a weaker one (nopreempt, after an absence; an owner that insists) must not
    // silence it.
    if (better && (router.config.higherPrioritySendAdvert || !router.config.strict)) {
      authenticity::overtake(router, at.wasAway);
      sendAdvert(core, router, router.effective());
    }
    remember(core, router, advert);
  }
  if (at.groupPrevails) return;
  happen(core, router, happening, cause);
  if (next.to != State::backup) return;
  tellMaster(core, router, std::nullopt);
  if (happening == Happening::rivalOwnerInsists) mastership::yieldOwnership(core, router, advert);
}

void tellLate(CoreState& core, Router& router, Instant due, Duration interval) {
  const auto lateness = core.now - due;
  if (lateness > interval / 10) core.outbox.push(LateDeadline{router.id(), lateness});
}

Cause causeOfTakeover(const CoreState& core, const Router& router) {
  Cause cause;
  cause.kind = router.election.waitingFor;
  cause.peer = router.seen.address;
  if (router.seen.address) cause.peerPriority = router.seen.priority;
  cause.silence = core.now - router.seen.heard.value_or(router.since);
  return cause;
}

// Who was away has not heard what was sent meanwhile: a living master gets the time for one
// more advert before its silence counts.
Instant listensUntil(const CoreState& core, const Router& router) {
  if (!core.backSince || router.seen.heard > core.backSince) return core.now;
  return *core.backSince + router.masterInterval() + router.skew();
}

void masterDownPassed(CoreState& core, Router& router, Instant due) {
  tellLate(core, router, due, router.masterInterval());
  // Once in a silence: a host that is always late must be able to take over all the same.
  const auto until = listensUntil(core, router);
  if (core.now < until && !router.election.listening) {
    router.election.listening = true;
    core.armAt(router, Purpose::masterDown, until);
    return;
  }
  happen(core, router, Happening::masterDownPassed, causeOfTakeover(core, router));
}

}  // namespace

void happen(CoreState& core, Router& router, Happening happening, Cause cause) {
  const auto at = circumstancesOf(core, router);
  const auto next = decide(router.state, happening, at);
  if (next.to == router.state) {
    react(core, router, next.reaction, cause);
    return;
  }
  if (next.to == State::master && at.owner && router.state != State::backup) {
    cause.kind = CauseKind::owner;
  }
  changeState(core, router, next, happening, cause);
}

void hear(CoreState& core, Router& router, const HeardAdvert& advert) {
  Cause cause;
  cause.peer = advert.source;
  cause.peerPriority = advert.priority;
  if (router.lingers() && advert.priority == kGoodbyePriority) return;
  if (router.lingering == Lingering::forStop) {
    stop::giveBack(core, router);
    return;
  }
  if (router.lingering == Lingering::forDrain) {
    drain::relieve(core, router);
    if (router.lingers()) return;  // others of its group are waited for
  }
  if (core.stopping) return;
  mastership::forgiveRival(core, router, advert);
  if (advert.priority != kGoodbyePriority) {
    router.rival = Rival{advert.source, advert.priority, core.now};
  }
  switch (router.state) {
    case State::init:
    case State::fault:
      // RFC 9568 §6.4.1: nothing is done, but it is good to know who serves.
      if (advert.priority == kGoodbyePriority) return;
      health::removeLeftovers(core, router);
      hearAside(core, router, advert);
      return;
    case State::backup:
      router.election.listening = false;
      hearAsBackup(core, router, advert, cause);
      return;
    case State::master:
      hearAsMaster(core, router, advert, cause);
      return;
  }
  UNREACHABLE();
}

void onDeadline(CoreState& core, Router& router, Purpose purpose, Instant due) {
  if (purpose == Purpose::advert) {
    tellLate(core, router, due, router.advertInterval());
    mastership::advertDue(core, router, due);
  } else if (purpose == Purpose::masterDown) {
    masterDownPassed(core, router, due);
  } else if (purpose == Purpose::preemptDelay) {
    router.election.preemptDelay = PreemptDelay::over;
  } else if (purpose == Purpose::triggeredAdvert) {
    mastership::triggeredAdvert(core, router);
  }
}

bool outranks(const Router& router, Priority priority, const IpAddress& address) {
  if (priority != router.effective()) return router.effective() > priority;
  return !router.source || *router.source >= address;
}

void forgetMaster(CoreState& core, Router& router) {
  const auto before = pulse::wantedBy(router);
  router.seen = {};
  pulse::follow(core, router, before);
}

void stopPreempting(CoreState& core, Router& router) {
  if (router.state != State::backup) return;
  if (router.election.waitingFor != CauseKind::preempting) return;
  awaitMaster(core, router, router.masterDown(), CauseKind::masterSilent);
}

void priorityChanged(CoreState& core, Router& router, Priority before) {
  if (router.state == State::master) {
    mastership::priorityChanged(core, router);
    return;
  }
  if (router.state != State::backup) return;
  const auto slot = router.slot(Purpose::masterDown);
  if (!core.deadlines.armed(slot)) return;
  if (respectsMaster(router)) {
    // Its last advert counts now as it would have then.
    router.election.waitingFor = CauseKind::masterSilent;
    router.election.readyForGroup = false;
    core.deadlines.arm(slot, std::max(core.now, *router.seen.heard + router.masterDown()));
    return;
  }
  // The running deadline moves by what masterDownInterval changes by (keepalived).
  const auto version = router.config.version;
  const auto difference = skewTime(version, router.effective(), router.masterInterval()) -
                          skewTime(version, before, router.masterInterval());
  core.deadlines.arm(slot, std::max(core.now, core.deadlines.at(slot) + difference));
}

}  // namespace failoverd::core::election
