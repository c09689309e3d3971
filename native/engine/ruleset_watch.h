#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "engine/event_ring.h"
#include "linux/poller.h"
#include "linux/ruleset_monitor.h"

namespace failoverd::engine {

// Changes of the ruleset of nftables, from the kernel to JavaScript. Nothing is listened to before
// somebody asks. The first change is told at once, those right behind it together.
class RulesetWatch {
 public:
  RulesetWatch(os::Poller& poller, std::uint64_t token, EventRing& events)
      : poller_(poller), token_(token), events_(events) {}

  // Listens from here on. Returns 0 or an errno, as read().
  int begin(Instant now);
  // Takes what waits and cannot wait longer. `ready`: the poller has named the token.
  int read(Instant now, bool ready);
  // When read() has something to do though nothing is ready.
  [[nodiscard]] Instant deadline() const { return readAt_; }

 private:
  os::Poller& poller_;
  std::uint64_t token_;
  EventRing& events_;
  std::optional<os::RulesetMonitor> monitor_;
  Instant readAt_ = Instant::never();  // while it is not watched
};

}  // namespace failoverd::engine
