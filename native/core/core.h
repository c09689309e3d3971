#pragma once

#include <memory>
#include <optional>

#include "base/time.h"
#include "core/inputs.h"
#include "core/outputs.h"
#include "core/status.h"
#include "core/will.h"
#include "wire/auth.h"

namespace failoverd::core {

struct CoreOptions {
  // Adverts are thrown away and nothing is sent for this long after the first call
  // (vrrp_startup_delay).
  Duration startupDelay;
  // How often in a minute a VIP that somebody else removes is put back before FAULT.
  std::uint32_t restoresPerMinute = 60;
};

// VRRP for any number of instances: pure and deterministic. No clock, no socket, no thread,
// no log. The contract, on which the engine, the simulator, replay and the fuzzers rest:
//
//   1. `now` never goes back. An earlier instant is taken as the latest one seen.
//   2. One input, then drain() until it is empty, then the next input. Between two inputs
//      every output is drained (CHECKed).
//   3. advance(now) lets every deadline at or before `now` pass, in order of their instants. When
//      that means outputs by the thousand it stops in between, with nextDeadline() at or before
//      `now` still: drain and call it again.
//      handle() does not: who wakes late hands over first what had arrived (DESIGN law 3).
//   4. What an output points to is good until the next handle() or advance().
class Core {
 public:
  // Without digests an instance with AH or auth_hmac stays in FAULT: nothing goes unsigned.
  explicit Core(CoreOptions options, const wire::Digests& digests = {});
  ~Core();
  Core(Core&&) noexcept;
  Core& operator=(Core&&) noexcept;
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  void handle(Instant now, const Input& input);
  void advance(Instant now);
  // The earliest deadline; changed by handle() and advance() only. never() = none.
  [[nodiscard]] Instant nextDeadline() const;
  // Takes the next output, in order.
  std::optional<Output> drain();
  [[nodiscard]] CoreSnapshot snapshot(Instant now) const;
  // The same into a picture that was drawn before: what fits into its memory allocates nothing.
  // With `room` also for the reasons and priorities that an instance can come to have.
  void snapshot(Instant now, CoreSnapshot& into, SnapshotRoom room = SnapshotRoom::present) const;
  // The same of some instances only, and of all groups. True: there are instances behind them.
  bool snapshot(Instant now, SnapshotSlice slice, CoreSnapshot& into, SnapshotRoom room) const;
  [[nodiscard]] bool isMaster(InstanceId instance) const;
  // What a core in another process has to be told in order to go on in our place. Nothing once a
  // stop has begun, while a gate is closed, or while we ourselves wait for such.
  [[nodiscard]] std::optional<Inherit> bequeath() const;
  // What would have to be done if `now` were the end. Nothing once a stop without release began.
  // Allocates nothing; outputs that wait to be drained are left alone. Returns when it has to be
  // told again though nothing happens, because signatures age; never(): none does.
  Instant tellWill(Instant now, WillSink& sink) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> state_;
};

}  // namespace failoverd::core
