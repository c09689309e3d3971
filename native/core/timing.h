#pragma once

#include <algorithm>

#include "base/ids.h"
#include "base/time.h"
#include "core/config.h"

// The two formulas of VRRP. `masterInterval` is the interval of the master that is heard:
// VRRPv3 learns it (RFC 9568 §6.1, Active_Adver_Interval), VRRPv2 insists on its own.
namespace failoverd::core {

// A zero or absurd interval would make a deadline pass for ever; src/config refuses it long
// before, and whoever comes another way gets a millisecond.
inline Duration sane(Duration interval) {
  return std::max(interval, Duration::ofMillis(1));
}

// RFC 9568 §6.1: ((256 - priority) * Active_Adver_Interval) / 256. In VRRPv2 the unit is a
// second, whatever the interval (RFC 3768 §6.1).
inline Duration skewTime(VrrpVersion version, Priority priority, Duration masterInterval) {
  const auto unit = version == VrrpVersion::v2 ? Duration::ofSeconds(1) : sane(masterInterval);
  return unit * (256 - priority.value) / 256;
}

// RFC 9568 §6.1: 3 * Active_Adver_Interval + Skew_Time. The 3 is keepalived's
// down_timer_adverts.
inline Duration masterDownInterval(const InstanceSettings& config, Priority priority,
                                   Duration masterInterval) {
  const auto adverts = std::max<std::int64_t>(config.downTimerAdverts, 1);
  return sane(masterInterval) * adverts + skewTime(config.version, priority, masterInterval);
}

}  // namespace failoverd::core
