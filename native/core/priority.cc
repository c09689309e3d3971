#include "core/priority.h"

#include <algorithm>

#include "base/check.h"

namespace failoverd::core {
namespace {

// The most that a file may add, and the sum at which it means FAULT (keepalived.conf(5)).
constexpr std::int64_t kMostOfFile = 253;
constexpr std::int64_t kFaultOfFile = -254;

Contribution ofVerdict(std::int32_t weight, bool reverse, bool well) {
  if (weight == 0) return {.fault = well == reverse};
  const bool counts = weight > 0 ? well : !well;
  if (!counts) return {};
  return {.delta = reverse ? -weight : weight};
}

Contribution ofValue(const TrackerUse& use, std::int32_t value) {
  if (use.weight == 0) return {.fault = (value != 0) != use.reverse};
  auto product = static_cast<std::int64_t>(use.weight) * value;
  if (use.reverse) product = -product;
  // The value that means FAULT adds nothing: the instance shows the priority of the others.
  if (product <= kFaultOfFile) return {.fault = true};
  return {.delta = static_cast<std::int32_t>(std::min(product, kMostOfFile))};
}

}  // namespace

Contribution contribution(const TrackerUse& use, Reading reading) {
  switch (reading.status) {
    case TrackerStatus::pending:
      return {.pending = use.weight == 0};
    case TrackerStatus::ok:
      return ofVerdict(use.weight, use.reverse, true);
    case TrackerStatus::failed:
      return ofVerdict(use.weight, use.reverse, false);
    case TrackerStatus::value:
      return ofValue(use, reading.value);
  }
  UNREACHABLE();
}

Contribution contribution(const InterfaceUse& use, bool up) {
  return ofVerdict(use.weight, use.reverse, up);
}

Priority effectivePriority(Priority base, std::int64_t sumOfDeltas) {
  if (base == kOwnerPriority) return base;
  const auto total = static_cast<std::int64_t>(base.value) + sumOfDeltas;
  return Priority{static_cast<std::uint8_t>(std::clamp<std::int64_t>(total, 1, 254))};
}

}  // namespace failoverd::core
