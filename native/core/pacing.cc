#include "core/pacing.h"

#include <algorithm>

#include "base/check.h"
#include "core/announcer.h"

namespace failoverd::core::pacing {
namespace {

// The macvlan of an instance counts as the interface below it.
const InterfaceName& nameOf(const Router& router, const VirtualAddress& vip) {
  return vip.config.interfaceName.empty() ? router.config.interfaceName : vip.config.interfaceName;
}

std::uint32_t flowOf(const CoreState& core, const Router& router, const VirtualAddress& vip) {
  const auto& name = nameOf(router, vip);
  for (std::uint32_t i = 0; i < core.limits.size(); ++i) {
    const auto& names = core.limits[i].interfaces;
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    const std::uint32_t flow = 2 * i + (vip.config.address.isV4() ? 0 : 1);
    return core.flows[flow].interval > Duration::zero() ? flow : kNoFlow;
  }
  return kNoFlow;
}

// The next address of the flow that is owed an announcement, and where it can be sent now.
bool payOne(CoreState& core, std::uint32_t index) {
  auto& flow = core.flows[index];
  for (std::size_t looked = 0; looked < core.vips.size(); ++looked) {
    const auto& owner = core.vips[flow.next % core.vips.size()];
    flow.next = (flow.next + 1) % core.vips.size();
    auto& vip = owner.router->addresses[owner.index];
    if (vip.flow != index || vip.owed == 0) continue;
    const bool stands = vip.state == AddressState::confirmed;
    vip.owed = stands ? vip.owed - 1 : 0;
    if (stands && announcer::announceOne(core, *owner.router, vip)) return true;
  }
  return false;
}

}  // namespace

void apply(CoreState& core, const std::vector<AnnounceLimit>& limits) {
  for (const auto& flow : core.flows) core.deadlines.release(flow.slot);
  core.flows.clear();
  core.limits = limits;
  for (const auto& limit : limits) {
    for (const auto interval : {limit.garpInterval, limit.gnaInterval}) {
      const auto index = static_cast<std::uint32_t>(core.flows.size());
      core.flows.push_back({interval, core.deadlines.allocate(Purpose::announcePaced, index), 0});
    }
  }
  for (const auto& router : core.routers) assign(core, *router);
}

void assign(CoreState& core, Router& router) {
  for (auto& vip : router.addresses) {
    vip.flow = flowOf(core, router, vip);
    const auto owed = vip.owed;
    vip.owed = 0;
    if (owed == 0 || owe(core, vip, owed)) continue;
    // Nothing holds it back any more.
    announcer::announceOne(core, router, vip);
  }
}

bool owe(CoreState& core, VirtualAddress& vip, std::uint32_t times) {
  if (vip.flow == kNoFlow) return false;
  CHECK(vip.flow < core.flows.size());
  vip.owed = std::max(vip.owed, times);
  const auto slot = core.flows[vip.flow].slot;
  if (!core.deadlines.armed(slot)) core.deadlines.arm(slot, core.now);
  return true;
}

void forgive(Router& router) {
  for (auto& vip : router.addresses) vip.owed = 0;
}

void onDeadline(CoreState& core, std::uint32_t flow) {
  if (!payOne(core, flow)) return;
  const auto& paid = core.flows[flow];
  core.deadlines.arm(paid.slot, core.now + paid.interval);
}

}  // namespace failoverd::core::pacing
