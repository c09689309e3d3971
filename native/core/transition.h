#pragma once

#include <cstdint>

#include "core/events.h"

namespace failoverd::core {

// What has happened to one instance, judged: packets were accepted, deadlines have passed.
enum class Happening : std::uint8_t {
  started,            // the first judgement: nothing is wrong and nothing is awaited
  faultFound,         // the first reason for FAULT
  faultsCleared,      // the last reason for FAULT went away, and nothing is awaited
  masterDownPassed,   // masterDownInterval, or what stands in for it, has passed
  advertDue,          // the regular advert
  goodbyeHeard,       // priority 0
  lowerHeard,         // a lower priority
  equalLowerHeard,    // our priority, from a lower address
  equalHigherHeard,   // our priority, from a higher address
  higherHeard,        // a higher priority
  rivalOwnerInsists,  // another router claims to own our addresses and does not stop
  groupTakes,         // every member of the sync group is ready, one has just taken over
  groupYields,        // another member of the sync group has become BACKUP
  withdrawn,          // stopped, removed, or about to become another virtual router
};

// What the decision depends on besides the state. Filled in by the caller, never looked up.
struct Circumstances {
  bool owner = false;          // effective priority 255
  bool startsAtOnce = false;   // `state MASTER`: does not wait for three intervals at start
  bool preempts = false;       // `preempt`, and no preempt_delay stands in the way
  bool quick = false;          // quick preemption is allowed
  bool groupReady = true;      // every other member of the sync group is MASTER or ready
  bool groupPrevails = false;  // a better one is heard, which the group as a whole outranks
  bool wasAway = false;        // MASTER silent for longer than its peers wait
};

// What is to be done besides leaving one state and entering another.
enum class Reaction : std::uint8_t {
  none,
  advertise,         // the regular advert, and the next one is scheduled
  listenFirst,       // MASTER that was away: one interval of silence, then tell everybody
  answer,            // an advert at once; the schedule starts anew
  assertMastership,  // answer, announce, tell: a second master was heard
  awaitMasterDown,   // BACKUP: the whole masterDownInterval from now
  awaitStart,        // BACKUP: one interval and a bit (`state MASTER`)
  awaitSkew,         // BACKUP: skewTime from now
  hasten,            // BACKUP: skewTime from now unless less is left (quick preemption)
  letRun,            // BACKUP: the advert is discarded, the deadline stays
  awaitGroup,        // BACKUP: ready, but other members of the group are not
};

struct Transition {
  State to = State::init;
  Reaction reaction = Reaction::none;

  bool operator==(const Transition&) const = default;
};

// The state table of RFC 9568 §6.4. Pure: the same arguments, the same answer.
Transition decide(State state, Happening happening, const Circumstances& circumstances);

// RFC 9568 §6.4.3: priority 0 tells the backups not to wait. Who yields to a better master says
// nothing, because that one has spoken already.
bool saysGoodbye(State from, Happening happening);

}  // namespace failoverd::core
