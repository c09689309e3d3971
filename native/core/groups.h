#pragma once

#include "core/state.h"

// Sync groups: MASTER together or not at all. A fault of one member is a fault of all
// (faults.cc); this is about taking over and giving way.
namespace failoverd::core::groups {

// Whether every other member is MASTER already or only waits for the group. True without one.
[[nodiscard]] bool ready(const CoreState& core, const Router& router);
// A member hears a better master: whether the group stays MASTER all the same, because the
// member that decides for it is MASTER and has heard a weaker one lately (docs/adr/0009).
[[nodiscard]] bool prevails(const CoreState& core, const Router& router);
// The longest advert interval of its members.
[[nodiscard]] Duration longestInterval(const CoreState& core, const Router& router);
// A member has entered a state: the others follow.
void follow(CoreState& core, Router& router, State from);
// After a change of configuration a group may be split: its masters give way.
void unite(CoreState& core);
// Tells what the groups have come to, after their members have told.
void settle(CoreState& core);
// An instance has come or changed: where it belongs.
void place(const CoreState& core, Router& router);
// After a change of groups: who belongs where.
void regroup(CoreState& core);

// The router itself, or every member of its group.
template <class Visit>
void forMembers(CoreState& core, Router& router, Visit visit) {
  if (router.group == Router::kNoGroup) {
    visit(router);
    return;
  }
  // By index: a visit may not change the list, but it may change what stands in it.
  for (std::size_t i = 0; i < core.routers.size(); ++i) {
    if (core.routers[i]->group == router.group) visit(*core.routers[i]);
  }
}

}  // namespace failoverd::core::groups
