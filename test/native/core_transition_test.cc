#include <array>

#include "core/transition.h"
#include "testing.h"

// The state table by itself, clause by clause.
using namespace failoverd::core;

namespace {

constexpr std::array kStates{State::init, State::backup, State::master, State::fault};
constexpr auto kHappenings = static_cast<std::uint8_t>(Happening::withdrawn) + 1;

Transition stay(State state) {
  return {state, Reaction::none};
}

const Circumstances kPlain{.preempts = true, .quick = false};

}  // namespace

TEST_CASE("RFC 9568 6.4.1: an owner starts as MASTER, anybody else as BACKUP") {
  EXPECT(decide(State::init, Happening::started, {.owner = true}) ==
         Transition{State::master, Reaction::none});
  EXPECT(decide(State::init, Happening::started, {}) ==
         Transition{State::backup, Reaction::awaitMasterDown});
  EXPECT(decide(State::init, Happening::started, {.startsAtOnce = true}) ==
         Transition{State::backup, Reaction::awaitStart});
  EXPECT(decide(State::init, Happening::started, {.owner = true, .groupReady = false}).to ==
         State::backup);
}

TEST_CASE("RFC 9568 6.4.2: BACKUP") {
  const auto on = [](Happening happening, Circumstances at = kPlain) {
    return decide(State::backup, happening, at);
  };
  EXPECT(on(Happening::masterDownPassed).to == State::master);
  EXPECT(on(Happening::masterDownPassed, {.groupReady = false}) ==
         Transition{State::backup, Reaction::awaitGroup});
  EXPECT(on(Happening::goodbyeHeard) == Transition{State::backup, Reaction::awaitSkew});
  for (const auto happening :
       {Happening::higherHeard, Happening::equalHigherHeard, Happening::equalLowerHeard}) {
    EXPECT(on(happening) == Transition{State::backup, Reaction::awaitMasterDown});
  }
  EXPECT(on(Happening::lowerHeard) == Transition{State::backup, Reaction::letRun});
  EXPECT(on(Happening::lowerHeard, {.preempts = false}) ==
         Transition{State::backup, Reaction::awaitMasterDown});
  EXPECT(on(Happening::lowerHeard, {.preempts = true, .quick = true}) ==
         Transition{State::backup, Reaction::hasten});
  EXPECT(on(Happening::lowerHeard, {.preempts = false, .quick = true}).reaction ==
         Reaction::awaitMasterDown);
}

TEST_CASE("RFC 9568 6.4.3: MASTER") {
  const auto on = [](Happening happening, Circumstances at = kPlain) {
    return decide(State::master, happening, at);
  };
  EXPECT(on(Happening::advertDue) == Transition{State::master, Reaction::advertise});
  EXPECT(on(Happening::goodbyeHeard) == Transition{State::master, Reaction::answer});
  for (const auto happening :
       {Happening::higherHeard, Happening::equalHigherHeard, Happening::rivalOwnerInsists}) {
    EXPECT(on(happening) == Transition{State::backup, Reaction::awaitMasterDown});
  }
  for (const auto happening : {Happening::lowerHeard, Happening::equalLowerHeard}) {
    EXPECT(on(happening) == Transition{State::master, Reaction::assertMastership});
  }
}

TEST_CASE("a MASTER that was away listens, and with nopreempt it gives way") {
  EXPECT(decide(State::master, Happening::advertDue, {.preempts = true, .wasAway = true}) ==
         Transition{State::master, Reaction::listenFirst});
  EXPECT(decide(State::master, Happening::lowerHeard, {.preempts = true, .wasAway = true}) ==
         Transition{State::master, Reaction::assertMastership});
  EXPECT(decide(State::master, Happening::lowerHeard, {.preempts = false, .wasAway = true}) ==
         Transition{State::backup, Reaction::awaitMasterDown});
  EXPECT(decide(State::master, Happening::lowerHeard, {.preempts = false}).to == State::master);
}

TEST_CASE("FAULT takes every state, and only the end of the last fault leads out") {
  for (const auto state : kStates) {
    EXPECT(decide(state, Happening::faultFound, kPlain) == stay(State::fault));
  }
  for (std::uint8_t i = 0; i < kHappenings; ++i) {
    const auto happening = static_cast<Happening>(i);
    const auto next = decide(State::fault, happening, kPlain).to;
    if (happening == Happening::faultsCleared) {
      EXPECT(next == State::backup);
    } else if (happening == Happening::withdrawn) {
      EXPECT(next == State::init);
    } else {
      EXPECT(next == State::fault);
    }
  }
  EXPECT(decide(State::fault, Happening::faultsCleared, {.owner = true}).to == State::master);
}

TEST_CASE("withdrawn ends in INIT from everywhere") {
  for (const auto state : kStates) {
    EXPECT(decide(state, Happening::withdrawn, kPlain) == stay(State::init));
  }
}

TEST_CASE("INIT: what is heard or passes moves nothing") {
  for (std::uint8_t i = 0; i < kHappenings; ++i) {
    const auto happening = static_cast<Happening>(i);
    if (happening == Happening::started || happening == Happening::faultFound) continue;
    EXPECT(decide(State::init, happening, kPlain) == stay(State::init));
  }
}

TEST_CASE("groups take and yield") {
  EXPECT(decide(State::backup, Happening::groupTakes, kPlain) == stay(State::master));
  EXPECT(decide(State::master, Happening::groupYields, kPlain).to == State::backup);
  EXPECT(decide(State::fault, Happening::groupTakes, kPlain).to == State::fault);
  EXPECT(decide(State::init, Happening::groupTakes, kPlain).to == State::init);
}

TEST_CASE("a goodbye is said by a MASTER that leaves, not by one that yields") {
  for (std::uint8_t i = 0; i < kHappenings; ++i) {
    const auto happening = static_cast<Happening>(i);
    const bool leaves = happening == Happening::faultFound || happening == Happening::withdrawn;
    EXPECT(saysGoodbye(State::master, happening) == leaves);
    EXPECT(!saysGoodbye(State::backup, happening));
  }
}
