#include "core/transition.h"

#include "base/check.h"

// The state table.
//
// This file answers one question: an instance is in a state and something happened; which
// state is next, and what is to be done on the way? It is RFC 9568 §6.4 with keepalived's
// words for the states (INIT, BACKUP, MASTER, FAULT) and the few things that keepalived adds:
// FAULT as a state of its own, `state MASTER` as a wish at start, preempt_delay, sync groups.
//
// It never sends, arms, counts or tells. A decision is a value: the next state and one named
// reaction. What belongs to a state whatever led to it (a MASTER wants its addresses and says
// goodbye when a fault takes it away; a BACKUP has a deadline) is entry and exit, done by
// election.cc around the reaction, so that no pair of states can be forgotten there.
//
// The outer switch is the state, the inner one the happening; there is no default, and the
// compiler sees to it that every pair is written down. Pairs that cannot happen are `stay`:
// a fact that came in an unexpected order must not end a daemon that serves.
//
// Who calls: election.cc, for every happening of every instance. Timing lives in timing.h,
// what counts as heard in acceptance.cc, the reasons for FAULT in health.cc.
namespace failoverd::core {
namespace {

// RFC 9568 §6.4.1, Startup.
Transition start(const Circumstances& at) {
  // The owner of the addresses does not wait, unless its group has to.
  if (at.owner && at.groupReady) return {State::master, Reaction::none};
  // keepalived: `state MASTER` waits for one interval only, to hear a better one first.
  if (at.startsAtOnce) return {State::backup, Reaction::awaitStart};
  return {State::backup, Reaction::awaitMasterDown};
}

// §6.4.1 also stands for the way out of FAULT, without the wish for `state MASTER`: that one
// is about starting.
Transition recover(const Circumstances& at) {
  if (at.owner && at.groupReady) return {State::master, Reaction::none};
  return {State::backup, Reaction::awaitMasterDown};
}

Transition fromInit(Happening happening, const Circumstances& at) {
  constexpr Transition stay{State::init, Reaction::none};
  switch (happening) {
    case Happening::started:
      return start(at);
    case Happening::faultFound:
      return {State::fault, Reaction::none};
    case Happening::faultsCleared:
    case Happening::masterDownPassed:
    case Happening::advertDue:
    case Happening::goodbyeHeard:
    case Happening::lowerHeard:
    case Happening::equalLowerHeard:
    case Happening::equalHigherHeard:
    case Happening::higherHeard:
    case Happening::rivalOwnerInsists:
    case Happening::groupTakes:
    case Happening::groupYields:
    case Happening::withdrawn:
      return stay;
  }
  UNREACHABLE();
}

// §6.4.2, Backup.
Transition fromBackup(Happening happening, const Circumstances& at) {
  constexpr auto state = State::backup;
  switch (happening) {
    case Happening::masterDownPassed:
      // Active_Down_Timer fires. A group takes over together or not at all.
      if (!at.groupReady) return {state, Reaction::awaitGroup};
      return {State::master, Reaction::none};
    case Happening::goodbyeHeard:
      // Priority 0: the master leaves, the order among the backups stays.
      return {state, Reaction::awaitSkew};
    case Happening::higherHeard:
    case Happening::equalHigherHeard:
    case Happening::equalLowerHeard:
      // Equal or higher, whatever the address: the master that is there stays.
      return {state, Reaction::awaitMasterDown};
    case Happening::lowerHeard:
      // Preempt_Mode False: any master will do. Else the advert is discarded.
      if (!at.preempts) return {state, Reaction::awaitMasterDown};
      return {state, at.quick ? Reaction::hasten : Reaction::letRun};
    case Happening::groupTakes:
      return {State::master, Reaction::none};
    case Happening::faultFound:
      return {State::fault, Reaction::none};
    case Happening::withdrawn:
      return {State::init, Reaction::none};
    case Happening::started:
    case Happening::faultsCleared:
    case Happening::advertDue:
    case Happening::rivalOwnerInsists:
    case Happening::groupYields:
      return {state, Reaction::none};
  }
  UNREACHABLE();
}

// A weaker master is there. RFC 9568 §6.4.3: discard, and send an advert at once, so that it
// and the bridges learn who is master. One that was away is no longer the master that is
// there: with nopreempt it gives way, like any router that comes back.
Transition hearWeaker(const Circumstances& at) {
  if (at.wasAway && !at.preempts) return {State::backup, Reaction::awaitMasterDown};
  return {State::master, Reaction::assertMastership};
}

// §6.4.3, Active.
Transition fromMaster(Happening happening, const Circumstances& at) {
  constexpr auto state = State::master;
  switch (happening) {
    case Happening::advertDue:
      return {state, at.wasAway ? Reaction::listenFirst : Reaction::advertise};
    case Happening::goodbyeHeard:
      // Another master leaves; its backups must hear that one is left.
      return {state, Reaction::answer};
    case Happening::lowerHeard:
    case Happening::equalLowerHeard:
      return hearWeaker(at);
    case Happening::higherHeard:
    case Happening::equalHigherHeard:
      // Of two groups with crossing priorities one only may give way (docs/adr/0009).
      if (at.groupPrevails) return {state, Reaction::none};
      return {State::backup, Reaction::awaitMasterDown};
    case Happening::rivalOwnerInsists:
      // A better one is there, as for another member of its sync group.
    case Happening::groupYields:
      return {State::backup, Reaction::awaitMasterDown};
    case Happening::faultFound:
      return {State::fault, Reaction::none};
    case Happening::withdrawn:
      return {State::init, Reaction::none};
    case Happening::started:
    case Happening::faultsCleared:
    case Happening::masterDownPassed:
    case Happening::groupTakes:
      return {state, Reaction::none};
  }
  UNREACHABLE();
}

Transition fromFault(Happening happening, const Circumstances& at) {
  constexpr Transition stay{State::fault, Reaction::none};
  switch (happening) {
    case Happening::faultsCleared:
      return recover(at);
    case Happening::withdrawn:
      return {State::init, Reaction::none};
    case Happening::started:
    case Happening::faultFound:
    case Happening::masterDownPassed:
    case Happening::advertDue:
    case Happening::goodbyeHeard:
    case Happening::lowerHeard:
    case Happening::equalLowerHeard:
    case Happening::equalHigherHeard:
    case Happening::higherHeard:
    case Happening::rivalOwnerInsists:
    case Happening::groupTakes:
    case Happening::groupYields:
      return stay;
  }
  UNREACHABLE();
}

}  // namespace

Transition decide(State state, Happening happening, const Circumstances& circumstances) {
  switch (state) {
    case State::init:
      return fromInit(happening, circumstances);
    case State::backup:
      return fromBackup(happening, circumstances);
    case State::master:
      return fromMaster(happening, circumstances);
    case State::fault:
      return fromFault(happening, circumstances);
  }
  UNREACHABLE();
}

bool saysGoodbye(State from, Happening happening) {
  if (from != State::master) return false;
  return happening == Happening::faultFound || happening == Happening::withdrawn;
}

}  // namespace failoverd::core
