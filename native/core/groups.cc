#include "core/groups.h"

#include <algorithm>

#include "core/election.h"
#include "core/mastership.h"

namespace failoverd::core::groups {
namespace {

Cause causeOf(const Router& mover) {
  Cause cause;
  cause.kind = CauseKind::groupMember;
  cause.member = mover.id();
  return cause;
}

State stateOf(const CoreState& core, const Group& group) {
  std::size_t known = 0;
  std::size_t masters = 0;
  bool fault = false;
  bool init = false;
  for (const auto id : group.config.members) {
    const auto* member = core.find(id);
    if (member == nullptr) continue;
    ++known;
    masters += member->state == State::master ? 1 : 0;
    fault = fault || member->state == State::fault;
    init = init || member->state == State::init;
  }
  if (known == 0 || init) return State::init;
  if (fault) return State::fault;
  return masters == known ? State::master : State::backup;
}

std::optional<IpAddress> lowestAddress(const Router& router) {
  std::optional<IpAddress> lowest;
  for (const auto& vip : router.addresses) {
    if (!lowest || vip.config.address < *lowest) lowest = vip.config.address;
  }
  return lowest;
}

// By what every router knows of a virtual router: VRID, family and addresses.
bool decidesBefore(const Router& one, const Router& other) {
  if (one.config.vrid != other.config.vrid) return one.config.vrid < other.config.vrid;
  if (one.config.family != other.config.family) return one.config.family < other.config.family;
  return lowestAddress(one) < lowestAddress(other);
}

const Router& deciderOf(const CoreState& core, const Router& router) {
  const auto* decider = &router;
  for (const auto& each : core.routers) {
    if (each->group == router.group && decidesBefore(*each, *decider)) decider = each.get();
  }
  return *decider;
}

}  // namespace

bool prevails(const CoreState& core, const Router& router) {
  if (router.group == Router::kNoGroup) return false;
  const auto& decider = deciderOf(core, router);
  if (&decider == &router || decider.state != State::master || !decider.rival) return false;
  if (mastership::wasAway(core, decider) || mastership::wasAway(core, router)) return false;
  if (!election::outranks(decider, decider.rival->priority, decider.rival->address)) return false;
  // Long enough for two groups that gave way to each other, and took over at one moment again.
  return core.now - decider.rival->heard < decider.masterDown() * 2;
}

Duration longestInterval(const CoreState& core, const Router& router) {
  auto longest = router.advertInterval();
  for (const auto& each : core.routers) {
    if (each->group == router.group) longest = std::max(longest, each->advertInterval());
  }
  return longest;
}

bool ready(const CoreState& core, const Router& router) {
  if (router.group == Router::kNoGroup) return true;
  return std::all_of(core.routers.begin(), core.routers.end(), [&](const auto& each) {
    if (each->group != router.group || each.get() == &router) return true;
    if (each->state == State::master) return true;
    if (each->state == State::backup) return each->election.readyForGroup;
    // An owner that has just started waits for nobody but the other members.
    return false;
  });
}

void follow(CoreState& core, Router& router, State from) {
  if (router.group == Router::kNoGroup) return;
  core.groups[router.group].cause = router.cause;
  const bool took = router.state == State::master;
  const bool yielded = from == State::master && router.state == State::backup;
  if (!took && !yielded) return;
  const auto wanted = took ? State::backup : State::master;
  const auto happening = took ? Happening::groupTakes : Happening::groupYields;
  const auto cause = causeOf(router);
  for (std::size_t i = 0; i < core.routers.size(); ++i) {
    auto& other = *core.routers[i];
    if (&other == &router || other.group != router.group || other.state != wanted) continue;
    election::happen(core, other, happening, cause);
  }
}

void unite(CoreState& core) {
  for (const auto& router : core.routers) {
    if (router->group == Router::kNoGroup || router->state != State::backup) continue;
    follow(core, *router, State::master);
  }
}

void settle(CoreState& core) {
  for (auto& group : core.groups) {
    const auto state = stateOf(core, group);
    if (state == group.state) continue;
    const auto from = group.state;
    group.state = state;
    group.since = core.now;
    core.outbox.push(GroupStateChanged{group.config.id, from, state, group.cause});
  }
}

void place(const CoreState& core, Router& router) {
  const auto has = [&](const Group& group) {
    const auto& members = group.config.members;
    return std::find(members.begin(), members.end(), router.id()) != members.end();
  };
  const auto at = std::find_if(core.groups.begin(), core.groups.end(), has);
  router.group = at == core.groups.end() ? Router::kNoGroup
                                         : static_cast<std::size_t>(at - core.groups.begin());
}

void regroup(CoreState& core) {
  for (const auto& router : core.routers) router->group = Router::kNoGroup;
  // Who is in two of them belongs to the first.
  for (auto i = core.groups.size(); i-- > 0;) {
    for (const auto member : core.groups[i].config.members) {
      if (auto* router = core.find(member)) router->group = i;
    }
  }
}

}  // namespace failoverd::core::groups
