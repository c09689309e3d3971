#include "core/gate.h"

#include "core/addresses.h"
#include "core/objects.h"

namespace failoverd::core::gate {
namespace {

// Routes and rules after the addresses that they name. Clients of the virtual MAC address may come
// before anything has been announced to them.
void take(CoreState& core, Router& router) {
  objects::release(core, router.filters);
  addresses::wantAll(core, router);
  objects::want(core, router.objects);
}

void open(CoreState& core, Router& router, bool inTime) {
  router.gateClosed = false;
  core.cancel(router, Purpose::gate);
  core.outbox.push(GateOpened{router.id(), inTime});
  take(core, router);
}

}  // namespace

void begin(CoreState& core, Router& router) {
  const auto limit = router.config.gate;
  if (limit <= Duration::zero()) {
    take(core, router);
    return;
  }
  router.gateClosed = true;
  ++router.gateEpisode;
  core.arm(router, Purpose::gate, limit);
  core.outbox.push(GateClosed{router.id(), router.gateEpisode, limit});
}

void end(CoreState& core, Router& router) {
  router.gateClosed = false;
  core.cancel(router, Purpose::gate);
}

void onOpenGate(CoreState& core, const OpenGate& command) {
  auto* router = core.find(command.instance);
  if (router == nullptr || !router->gateClosed || router->gateEpisode != command.episode) return;
  open(core, *router, true);
}

void onLimit(CoreState& core, Router& router) {
  if (router.gateClosed) open(core, router, false);
}

}  // namespace failoverd::core::gate
