#pragma once

#include <algorithm>
#include <cstdint>

#include "core/core.h"
#include "engine/address_work.h"
#include "engine/advert_sender.h"
#include "engine/announcements.h"
#include "engine/answers.h"
#include "engine/channels.h"
#include "engine/event_ring.h"
#include "engine/last_will.h"
#include "engine/object_watch.h"
#include "engine/recorder.h"

namespace failoverd::engine {

// The hands of the core. What they hold is the loop's.
struct Hands {
  Channels& channels;
  AdvertSender& adverts;
  AddressWork& addresses;
  ObjectWatch& objects;
  Announcements& announcements;
  Answers& answers;
  EventRing& events;
  Recorder& recorder;
  LastWill& will;
};

// The core and the law of the loop: one input, then every output is carried out before the next.
// Adverts leave in one batch at the end of the drain, or before something that must come after
// them; addresses and announcements are only queued here, and leave in slices.
class Protocol {
 public:
  Protocol(const core::CoreOptions& options, const Hands& hands);

  // Hands over one input that happened at `at`, and then what the kernel answered to the outputs.
  void input(Instant at, const core::Input& input);
  // Lets the deadlines up to `now` pass.
  void advance(Instant now);
  // Hands over the answers that have come meanwhile.
  void settle(Instant now);

  // Brings the guardian's page up to date. What may be missing in it is written before the kernel
  // is asked for more; what is only too much waits until the engine has time. Returns an errno.
  int keepWill(Instant now, bool busy);
  [[nodiscard]] Instant willDeadline() const { return hands_.will.goodUntil(); }

  [[nodiscard]] Instant nextDeadline() const { return core_.nextDeadline(); }
  bool snapshot(Instant now, core::SnapshotSlice slice, core::CoreSnapshot& into,
                core::SnapshotRoom room) const {
    return core_.snapshot(now, slice, into, room);
  }
  [[nodiscard]] std::optional<core::Inherit> bequeath() const { return core_.bequeath(); }
  // The core has said Stopped.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  void handle(Instant at, const core::Input& input);
  void drain(Instant at);
  void carryOut(Instant at, const core::Output& output);

  // How far the guardian's page is behind.
  enum class Behind : std::uint8_t { no, tooMuch, missing };
  void fallBehind(Behind by) { behind_ = std::max(behind_, by); }

  core::Core core_;
  Hands hands_;
  Behind behind_ = Behind::no;
  bool stopped_ = false;
};

}  // namespace failoverd::engine
