#include "core/core.h"

#include <algorithm>
#include <variant>

#include "base/check.h"
#include "core/acceptance.h"
#include "core/addresses.h"
#include "core/announcer.h"
#include "core/apply.h"
#include "core/drain.h"
#include "core/election.h"
#include "core/foreign_addresses.h"
#include "core/gate.h"
#include "core/groups.h"
#include "core/health.h"
#include "core/inheritance.h"
#include "core/link_delays.h"
#include "core/mastership.h"
#include "core/objects.h"
#include "core/pacing.h"
#include "core/pulse.h"
#include "core/state.h"
#include "core/stop.h"

// The door of the core.
//
// Outside there is one caller, who hands in what happened and when, and takes out what should
// be done: the engine's thread, the simulator, replay, or a fuzzer. Nothing here asks what time
// it is, opens anything, waits, logs, or calls back.
//
// Inside, an input goes to the file that knows about it:
//
//   commands       apply.cc, trackers.cc, stop.cc
//   kernel facts   links.cc, link_delays.cc and addresses.cc, then health.cc for all concerned
//   packets        receive.cc -> acceptance.cc -> election.cc
//   deadlines      deadlines.cc says which is next; election.cc, announcer.cc, pacing.cc, health.cc
//
// All ways meet in election::happen(): one happening to one instance, decided by the table in
// transition.cc, carried out by election.cc and mastership.cc. What belongs to several
// instances at once, group states and the end of a stop, is settled when the input is dealt
// with, after the members have spoken.
//
// handle() lets no deadline pass, however late the caller is: who wakes late hands over what
// had arrived and calls advance() then. That is what makes an advert that waited in a socket
// buffer count as heard.
namespace failoverd::core {

bool takeSnapshot(const CoreState& core, Instant now, SnapshotSlice slice, CoreSnapshot& into,
                  SnapshotRoom room);

namespace {

void startupIsOver(CoreState& core) {
  core.startupOver = true;
  health::reassessAll(core);
}

void begin(CoreState& core, Instant now) {
  core.outbox.begin();
  core.now = core.begun ? std::max(core.now, now) : now;
  if (core.begun) return;
  core.begun = true;
  if (core.options.startupDelay > Duration::zero()) {
    core.deadlines.arm(core.startupSlot, now + core.options.startupDelay);
  } else {
    core.startupOver = true;
  }
}

void settle(CoreState& core) {
  groups::settle(core);
  stop::settle(core);
}

// What was asked of the kernel has been done or refused.
void answered(CoreState& core, const AddressResult& result) {
  const auto target = core.requests.close(result.request);
  if (!target || !target->attached) return;
  if (target->what == RequestOf::address) {
    addresses::onResult(core, *target, result.errorNumber);
  } else {
    objects::onResult(core, *target, result.errorNumber);
  }
}

// Whether routes that the kernel dropped with the link can stand again.
bool cameUp(const Link* before, const LinkChanged& now) {
  if (!now.up) return false;
  return before == nullptr || !before->usable() || before->facts.interfaceName != now.interfaceName;
}

void linkChanged(CoreState& core) {
  for (const auto& router : core.routers) health::locate(core, *router);
}

void changeLink(CoreState& core, const LinkChanged& fact) {
  const auto* before = core.links.byIndex(fact.ifIndex);
  const bool known = before != nullptr && before->facts.interfaceName == fact.interfaceName;
  const bool counted = link_delays::usable(core, before);
  const bool up = cameUp(before, fact);
  // Who had the old MAC address, or forgot it while the cable was out, asks nobody by itself.
  const bool unknownThere = known && ((up && fact.running) || before->facts.mac != fact.mac);
  if (known && before->facts.mtu != fact.mtu) health::onMtuChanged(core, fact.ifIndex);
  const auto& link = core.links.change(fact);
  if (known) {
    link_delays::onChanged(core, link, counted);
  } else {
    link_delays::onAppeared(core, fact.interfaceName);
  }
  linkChanged(core);
  if (up) objects::assertEverywhere(core);
  if (unknownThere) announcer::announceOn(core, fact.ifIndex);
}

void removeLink(CoreState& core, IfIndex ifIndex) {
  core.links.remove(ifIndex);
  foreign_addresses::onLinkRemoved(core, ifIndex);
  linkChanged(core);
}

void removeLocalAddress(CoreState& core, const LocalAddressRemoved& fact) {
  if (!core.links.disappear(fact)) return;
  foreign_addresses::onRemoved(core, fact);
  addresses::onRemoved(core, fact);
  objects::onRemoved(
      core, {ObjectKind::address, fact.address.family(), fact.address, fact.prefixLength, 0, 0});
  // Only an address that somebody sends from can change more than itself.
  for (const auto& router : core.routers) {
    if (router->source == fact.address || !router->source) health::locate(core, *router);
  }
}

// One input of each kind.
struct Handler {
  CoreState& core;

  void operator()(const ApplyInstance& input) const { apply::instance(core, input.config); }
  void operator()(const RemoveInstance& input) const {
    apply::removeInstance(core, input.instance);
  }
  void operator()(const ApplyGroup& input) const { apply::group(core, input.config); }
  void operator()(const RemoveGroup& input) const { apply::removeGroup(core, input.group); }
  void operator()(const ApplyTracker& input) const {
    core.trackers.apply(input.config);
    health::trackerChanged(core, input.config.id);
  }
  void operator()(const RemoveTracker& input) const {
    if (core.trackers.remove(input.tracker)) health::trackerChanged(core, input.tracker);
  }
  void operator()(const ApplyStatics& input) const { apply::statics(core, input); }
  void operator()(const ApplyInterfaces& input) const { apply::interfaces(core, input); }
  void operator()(const ReportTracker& input) const {
    if (core.trackers.report(input)) health::trackerChanged(core, input.tracker);
  }
  void operator()(const SetProcesses& input) const {
    if (core.trackers.setProcesses(core.now, input)) health::trackerChanged(core, input.tracker);
  }
  void operator()(const Drain& input) const {
    if (auto* router = core.find(input.instance)) drain::begin(core, *router, input);
  }
  void operator()(const OpenGate& input) const { gate::onOpenGate(core, input); }
  void operator()(const Stop& input) const { stop::begin(core, input); }
  void operator()(const AwaitInheritance& /*input*/) const { inheritance::await(core); }
  void operator()(const Inherit& input) const { inheritance::take(core, input); }

  void operator()(const LinkChanged& input) const { changeLink(core, input); }
  void operator()(const LinkRemoved& input) const { removeLink(core, input.ifIndex); }
  void operator()(const LocalAddressAppeared& input) const {
    if (!core.links.appear(input)) return;
    addresses::onAppeared(core, input);
    if (input.ours) return;
    foreign_addresses::onAppeared(core, input);
    for (const auto& router : core.routers) {
      if (router->baseIfIndex == input.ifIndex) health::locate(core, *router);
    }
  }
  void operator()(const LocalAddressDuplicate& input) const {
    core.links.setDuplicate(input.ifIndex, input.address, true);
    addresses::onDuplicate(core, input);
  }
  void operator()(const LocalAddressRemoved& input) const { removeLocalAddress(core, input); }
  void operator()(const KernelRelisting&) const { core.links.beginListing(); }
  void operator()(const KernelListed&) const {
    const auto stale = core.links.endListing();
    for (const auto& address : stale.addresses) removeLocalAddress(core, address);
    for (const auto ifIndex : stale.links) removeLink(core, ifIndex);
    core.kernelListed = true;
    health::reassessAll(core);
    for (const auto& router : core.routers) {
      addresses::retry(core, *router);
      foreign_addresses::look(core, *router);
    }
    objects::assertEverywhere(core);
    if (!core.awaitsInheritance) objects::want(core, core.statics);
    if (!core.staticUses.empty()) health::reassessAll(core);
  }
  void operator()(const ObjectRemoved& input) const { objects::onRemoved(core, input.key); }
  void operator()(const ObjectsUncertain&) const { objects::assertEverywhere(core); }
  void operator()(const AdvertReceived& input) const {
    // The one who serves hears it as well.
    if (!core.awaitsInheritance) receiveAdvert(core, input);
  }
  void operator()(const AddressResult& input) const { answered(core, input); }
  void operator()(const ListenResult& input) const {
    if (auto* router = core.find(input.instance)) {
      health::onListenResult(core, *router, input.errorNumber);
    }
  }
  void operator()(const SendFailed& input) const {
    if (auto* router = core.find(input.instance)) {
      health::onSendFailed(core, *router, input.errorNumber);
    }
  }
  void operator()(const ProcessExited& input) const {
    core.trackers.exited(core.now, input, [&](TrackerId id) { health::trackerChanged(core, id); });
  }
  void operator()(const ProcessForked& input) const {
    core.trackers.forked(core.now, input, [&](TrackerId id) { health::trackerChanged(core, id); });
  }
  void operator()(const TrackersBlind& input) const {
    if (core.blind == input.blind) return;
    core.blind = input.blind;
    health::reassessAll(core);
  }
  void operator()(const ClockSet& input) const { core.utcOffset = input.utcOffset; }
};

// While stopping only the kernel's answers and the next master matter, whose signature the
// clock judges.
bool mattersWhileStopping(const Input& input) {
  return std::holds_alternative<AddressResult>(input) ||
         std::holds_alternative<AdvertReceived>(input) || std::holds_alternative<ClockSet>(input) ||
         std::holds_alternative<Stop>(input);
}

void passOfInstance(CoreState& core, const Deadlines::Due& due) {
  auto* router = core.find(InstanceId{due.owner});
  CHECK(router != nullptr);
  switch (due.purpose) {
    case Purpose::advert:
    case Purpose::masterDown:
    case Purpose::triggeredAdvert:
    case Purpose::preemptDelay:
      election::onDeadline(core, *router, due.purpose, due.at);
      return;
    case Purpose::announceAgain:
    case Purpose::announceRefresh:
    case Purpose::announceLowerAgain:
    case Purpose::announceExtra:
      announcer::onDeadline(core, *router, due.purpose);
      return;
    case Purpose::retry:
      health::tryAgain(core, *router);
      return;
    case Purpose::gate:
      gate::onLimit(core, *router);
      return;
    case Purpose::drainLimit:
      drain::onLimit(core, *router);
      return;
    case Purpose::announcePaced:
    case Purpose::linkDelay:
    case Purpose::trackerDelay:
    case Purpose::startupDelay:
    case Purpose::stopLimit:
    case Purpose::staticsRetry:
    case Purpose::pulse:
    case Purpose::recovery:
      UNREACHABLE();
  }
  UNREACHABLE();
}

void pass(CoreState& core, const Deadlines::Due& due) {
  switch (due.purpose) {
    case Purpose::startupDelay:
      startupIsOver(core);
      return;
    case Purpose::stopLimit:
      stop::onLimit(core, due.at);
      return;
    case Purpose::staticsRetry:
      objects::retry(core, core.statics);
      return;
    case Purpose::pulse:
      pulse::onDeadline(core, due.at);
      return;
    case Purpose::recovery:
      health::recoverAll(core);
      return;
    case Purpose::announcePaced:
      pacing::onDeadline(core, due.owner);
      return;
    case Purpose::linkDelay:
      linkChanged(core);
      return;
    case Purpose::trackerDelay:
      if (core.trackers.delayPassed(TrackerId{due.owner})) {
        health::trackerChanged(core, TrackerId{due.owner});
      }
      return;
    case Purpose::advert:
    case Purpose::masterDown:
    case Purpose::triggeredAdvert:
    case Purpose::preemptDelay:
    case Purpose::announceAgain:
    case Purpose::announceRefresh:
    case Purpose::announceLowerAgain:
    case Purpose::announceExtra:
    case Purpose::retry:
    case Purpose::gate:
    case Purpose::drainLimit:
      passOfInstance(core, due);
      return;
  }
  UNREACHABLE();
}

}  // namespace

struct Core::Parts : CoreState {
  using CoreState::CoreState;
};

Core::Core(CoreOptions options, const wire::Digests& digests)
    : state_(std::make_unique<Parts>(options, digests)) {
  auto& core = *state_;
  core.startupSlot = core.deadlines.allocate(Purpose::startupDelay, 0);
  core.stopSlot = core.deadlines.allocate(Purpose::stopLimit, 0);
  core.pulseSlot = core.deadlines.allocate(Purpose::pulse, 0);
  core.staticsSlot = core.deadlines.allocate(Purpose::staticsRetry, 0);
  core.recoverySlot = core.deadlines.allocate(Purpose::recovery, 0);
  core.outbox.reserve(64, 64);
}

Core::~Core() = default;
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;

void Core::handle(Instant now, const Input& input) {
  auto& core = *state_;
  begin(core, now);
  if (core.stopping && !mattersWhileStopping(input)) return;
  std::visit(Handler{core}, input);
  settle(core);
}

void Core::advance(Instant now) {
  auto& core = *state_;
  begin(core, now);
  while (!core.outbox.holdsMany()) {
    const auto due = core.deadlines.takeDue(core.now);
    if (!due) return;
    pass(core, *due);
    settle(core);
  }
}

Instant Core::nextDeadline() const {
  return state_->deadlines.earliest();
}

std::optional<Output> Core::drain() {
  return state_->outbox.take();
}

bool Core::isMaster(InstanceId instance) const {
  const auto* router = state_->find(instance);
  return router != nullptr && router->state == State::master;
}

std::optional<Inherit> Core::bequeath() const {
  const auto waits = [](const auto& router) { return router->gateClosed; };
  if (state_->stopping || state_->awaitsInheritance) return std::nullopt;
  if (std::ranges::any_of(state_->routers, waits) || drain::underWay(*state_)) return std::nullopt;
  return inheritance::tell(*state_);
}

CoreSnapshot Core::snapshot(Instant now) const {
  CoreSnapshot snapshot;
  takeSnapshot(*state_, now, {}, snapshot, SnapshotRoom::present);
  return snapshot;
}

void Core::snapshot(Instant now, CoreSnapshot& into, SnapshotRoom room) const {
  takeSnapshot(*state_, now, {}, into, room);
}

bool Core::snapshot(Instant now, SnapshotSlice slice, CoreSnapshot& into, SnapshotRoom room) const {
  return takeSnapshot(*state_, now, slice, into, room);
}

Instant Core::tellWill(Instant now, WillSink& sink) const {
  const auto& core = *state_;
  auto goodUntil = Instant::never();
  if (core.stopping && !core.stopping->release) return goodUntil;
  for (const auto& router : core.routers) {
    goodUntil = std::min(goodUntil, mastership::tellWill(core, *router, now, sink));
    objects::tellWill(core, router->objects, sink);
    objects::tellWill(core, router->filters, sink);
    addresses::tellWill(*router, sink);
  }
  return goodUntil;
}

Router* CoreState::find(InstanceId id) const {
  const auto at =
      std::lower_bound(routers.begin(), routers.end(), id,
                       [](const std::unique_ptr<Router>& a, InstanceId b) { return a->id() < b; });
  return at != routers.end() && (*at)->id() == id ? at->get() : nullptr;
}

}  // namespace failoverd::core
