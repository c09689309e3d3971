#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/config.h"
#include "core/events.h"
#include "core/status.h"

namespace failoverd::core {

// The packets that an instance has refused, since it was first applied, and what was told of them.
struct Rejections {
  static constexpr std::size_t kReasons = static_cast<std::size_t>(RejectReason::authReplayed) + 1;

  // Returns how many there are by now for this reason.
  std::uint64_t count(RejectReason reason, AuthKind auth);
  // In the categories of keepalived's statistics.
  void tell(InstanceCounters& counters) const;
  void forgetTold() {
    told.fill(false);
    oddTold.fill(false);
  }

  std::array<std::uint64_t, kReasons> counts{};
  // Only those of auth_hmac are told by reason; AH refuses for these reasons, too.
  std::uint64_t hmacMalformed = 0;
  std::uint64_t hmacInvalid = 0;
  std::uint64_t hmacReplayed = 0;
  std::array<bool, kReasons> told{};
  std::array<bool, 3> oddTold{};  // by OddReason
};

}  // namespace failoverd::core
