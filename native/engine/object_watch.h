#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "linux/object_monitor.h"
#include "linux/poller.h"

namespace failoverd::engine {

class Protocol;

// Removals of routes, rules and filters, from the kernel to the core. Nothing is listened to before
// the first of them is asked for.
class ObjectWatch {
 public:
  ObjectWatch(os::Poller& poller, std::uint64_t token) : poller_(poller), token_(token) {}

  // Listens from here on. A failure is told by the next read().
  void begin();
  // Takes all removals that wait. Returns 0 or an errno.
  int read(Instant now, Protocol& protocol);

 private:
  os::Poller& poller_;
  std::uint64_t token_;
  std::optional<os::ObjectMonitor> monitor_;
  int error_ = 0;
  bool begun_ = false;
};

}  // namespace failoverd::engine
