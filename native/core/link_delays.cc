#include "core/link_delays.h"

#include <algorithm>

namespace failoverd::core::link_delays {
namespace {

DelayedLink* find(CoreState& core, const InterfaceName& name) {
  for (auto& each : core.delayedLinks) {
    if (each.config.interfaceName == name) return &each;
  }
  return nullptr;
}

// A BACKUP whose interface is down hears nobody: it must know the reason before the silence
// makes a master of it. One advert may just have been due, and no skew is shorter than this.
Duration mostDown(const Router& router) {
  const auto interval = router.masterInterval();
  const std::int64_t adverts = std::max<int>(router.config.downTimerAdverts, 1);
  return std::max(Duration::zero(), interval * (adverts - 1) - interval / 256);
}

Duration downDelay(const CoreState& core, const DelayedLink& delayed, IfIndex ifIndex) {
  auto delay = delayed.config.down;
  for (const auto& router : core.routers) {
    if (router->baseIfIndex == ifIndex) delay = std::min(delay, mostDown(*router));
  }
  return delay;
}

}  // namespace

void apply(CoreState& core, const std::vector<LinkDelay>& delays) {
  for (const auto& each : core.delayedLinks) core.deadlines.release(each.slot);
  core.delayedLinks.clear();
  for (const auto& delay : delays) {
    const auto index = static_cast<std::uint32_t>(core.delayedLinks.size());
    core.delayedLinks.push_back({delay, core.deadlines.allocate(Purpose::linkDelay, index), false});
  }
}

bool usable(const CoreState& core, const Link* link) {
  if (link == nullptr) return false;
  for (const auto& each : core.delayedLinks) {
    if (each.config.interfaceName != link->facts.interfaceName) continue;
    return core.deadlines.armed(each.slot) ? each.usable : link->usable();
  }
  return link->usable();
}

void onChanged(CoreState& core, const Link& link, bool before) {
  auto* delayed = find(core, link.facts.interfaceName);
  if (delayed == nullptr) return;
  const bool now = link.usable();
  if (now == before) {
    core.deadlines.cancel(delayed->slot);  // it did not last
    return;
  }
  if (core.deadlines.armed(delayed->slot)) return;
  const auto delay = now ? delayed->config.up : downDelay(core, *delayed, link.facts.ifIndex);
  if (delay <= Duration::zero()) return;
  delayed->usable = before;
  core.deadlines.arm(delayed->slot, core.now + delay);
}

void onAppeared(CoreState& core, const InterfaceName& name) {
  if (const auto* delayed = find(core, name)) core.deadlines.cancel(delayed->slot);
}

}  // namespace failoverd::core::link_delays
