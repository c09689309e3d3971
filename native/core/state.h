#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/addressees.h"
#include "core/core.h"
#include "core/deadlines.h"
#include "core/links.h"
#include "core/outbox.h"
#include "core/requests.h"
#include "core/router.h"
#include "core/trackers.h"
#include "wire/auth.h"

// Everything that a Core knows, and the small things that every file of this room needs.
namespace failoverd::core {

struct Group {
  GroupConfig config;
  State state = State::init;
  Instant since;
  Cause cause;  // of the member that moved last
};

// Where a virtual address belongs, so that a kernel fact finds its instances.
struct VipOwner {
  IpAddress address;
  Router* router;
  std::uint32_t index;
};

// pacing.cc: announcements of one family that leave one after the other.
struct AnnounceFlow {
  Duration interval;
  Deadlines::Slot slot = 0;  // armed until the next one may leave
  std::size_t next = 0;      // where in `CoreState::vips` to look for it
};

// link_delays.cc
struct DelayedLink {
  LinkDelay config;
  Deadlines::Slot slot = 0;  // armed while what counts is not what is
  bool usable = false;       // what counts then
};

struct CoreState {
  CoreState(CoreOptions given, const wire::Digests& used)
      : options(given), digests(used), trackers(deadlines) {}

  CoreOptions options;
  Instant now;
  bool begun = false;  // the first call has come
  bool kernelListed = false;
  bool startupOver = false;
  bool blind = false;  // nobody watches the trackers
  bool awaitsInheritance = false;
  wire::Digests digests;
  Duration utcOffset;  // UTC since 1970 less `now`
  std::optional<Stop> stopping;
  bool stopped = false;
  Deadlines::Slot startupSlot = 0;
  Deadlines::Slot stopSlot = 0;
  Deadlines::Slot pulseSlot = 0;
  Deadlines::Slot staticsSlot = 0;
  Deadlines::Slot recoverySlot = 0;
  // Between two pulses: at most the shortest advert interval (apply.cc); zero without instances.
  Duration pulse;
  bool pulseTooOften = false;  // the instance that wanted it so often may not want it any more
  // When this host came back from the last absence of more than an interval: a stopped
  // process, a paused or suspended machine. What was sent meanwhile may never be heard.
  std::optional<Instant> backSince;

  Outbox outbox;
  Deadlines deadlines;
  LinkTable links;
  TrackerTable trackers;
  Requests requests;
  ObjectSet statics;
  std::vector<StaticUse> staticUses;
  std::vector<std::unique_ptr<Router>> routers;  // by id
  Addressees addressees;
  Seldom<Arrivals> arrivals;
  Seldom<Rejections> rejections;
  Room room;                    // the sum of theirs
  std::size_t mostOutputs = 0;  // of any one of them so far
  std::vector<Group> groups;
  std::vector<VipOwner> vips;  // by address
  std::vector<AnnounceLimit> limits;
  std::vector<AnnounceFlow> flows;  // two for each limit: IPv4, then IPv6
  std::vector<DelayedLink> delayedLinks;
  std::array<std::uint64_t, 256> strays{};  // packets for nobody, by VRID

  [[nodiscard]] Router* find(InstanceId id) const;

  void arm(Router& router, Purpose purpose, Duration after) { armAt(router, purpose, now + after); }
  // Most instances never need most of their slots: each is had when it is armed first.
  void armAt(Router& router, Purpose purpose, Instant at) {
    auto& slot = router.slots[static_cast<std::size_t>(purpose)];
    if (slot == Deadlines::kNoSlot) slot = deadlines.allocate(purpose, router.id().value);
    deadlines.arm(slot, at);
  }
  void cancel(const Router& router, Purpose purpose) { deadlines.cancel(router.slot(purpose)); }
  // What was refused is told anew when it happens again.
  void forgetTold(const Router& router) {
    if (auto* refused = rejections.find(router.rejections)) refused->forgetTold();
  }
  [[nodiscard]] bool armed(const Router& router, Purpose purpose) const {
    return deadlines.armed(router.slot(purpose));
  }
};

}  // namespace failoverd::core
