#pragma once

#include <optional>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "core/events.h"
#include "core/inputs.h"
#include "core/state.h"

namespace failoverd::core {

// What an acceptable advert says.
struct HeardAdvert {
  IpAddress source;
  Priority priority;
  Duration interval;
  bool addressesDiffer = false;
  bool intervalDiffers = false;
};

// RFC 9568 §7.1 and what keepalived adds, in order. Touches no timer, whatever comes, and
// nothing else but the record of what was heard signed.
Result<HeardAdvert, RejectReason> judgeAdvert(const CoreState& core, Router& router,
                                              const AdvertReceived& packet);

// A packet for any of the instances, or for none: finds whose it is, judges, counts, tells the
// first of each kind, and hands what is acceptable to the election.
void receiveAdvert(CoreState& core, const AdvertReceived& packet);

}  // namespace failoverd::core
