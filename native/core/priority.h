#pragma once

#include <cstdint>

#include "base/ids.h"
#include "core/config.h"
#include "core/trackers.h"

// The arithmetic of the effective priority: base plus what each tracker adds, clamped
// (keepalived.conf(5), track_*). Every function is pure.
namespace failoverd::core {

// What one use of a tracker comes to.
struct Contribution {
  std::int32_t delta = 0;
  bool fault = false;
  // A result is awaited that may turn out to be a fault.
  bool pending = false;

  bool operator==(const Contribution&) const = default;
};

// weight > 0: added while the tracker is well. weight < 0: added while it is not.
// `reverse` turns the sign round. weight 0: a failure is a fault, with `reverse` a success is.
// A file's number counts value * weight; see below.
Contribution contribution(const TrackerUse& use, Reading reading);

// The same for an interface: well = up and running.
Contribution contribution(const InterfaceUse& use, bool up);

// Owners (255) never change: RFC 9568 §5.2.4 keeps 255 for them alone. Everybody else stays
// within 1..254, because 0 is a goodbye.
Priority effectivePriority(Priority base, std::int64_t sumOfDeltas);

}  // namespace failoverd::core
