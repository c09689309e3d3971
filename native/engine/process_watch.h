#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "core/inputs.h"
#include "engine/event_ring.h"
#include "engine/process_book.h"
#include "linux/pid_watch.h"
#include "linux/poller.h"
#include "linux/process_events.h"

namespace failoverd::engine {

class Protocol;

// News of processes, from the kernel to the core and to JavaScript. Nothing is listened to without
// a process tracker. Deaths are told as they happen, and so are programs that begin, unless there
// was one a moment ago: whoever starts hundreds a second is told of in batches. Forks, of which
// there may be thousands, wait longer, but never longer than a death or a set of processes: they
// are children of somebody.
class ProcessWatch {
 public:
  // What the poller calls the descriptors.
  struct Tokens {
    std::uint64_t queue = 0;
    std::uint64_t bell = 0;
    std::uint64_t deaths = 0;
  };
  struct Ready {
    bool queue = false;
    bool bell = false;
    bool deaths = false;
  };

  ProcessWatch(std::optional<os::ProcessEvents> news, std::optional<os::PidWatch> deaths,
               os::Poller& poller, const Tokens& tokens, EventRing& events);

  // Watches for deaths. Returns 0 or an errno, as all that follow.
  int begin();
  // Takes what waits and cannot wait longer.
  int read(Instant now, const Ready& ready, Protocol& protocol);
  // Its own part of a command that the core has been told.
  int follow(Instant now, const core::Input& command, Protocol& protocol);
  // When read() has something to do though nothing is ready.
  [[nodiscard]] Instant deadline() const { return std::min(readAt_, bellAt_); }

 private:
  int listenAsWanted(Instant now);
  // Whether something has begun, or got another name.
  bool answerBell(Instant now);
  enum class Reading : std::uint8_t { some, all };
  int readQueue(Instant now, Reading reading, Protocol& protocol);
  void readDeaths(Instant now, Protocol& protocol);
  void take(Instant now, const os::ProcessNews& news, Protocol& protocol);
  void tell(Instant now, const core::ProcessForked& forked, Protocol& protocol);

  std::optional<os::ProcessEvents> news_;
  ProcessBook book_;
  os::Poller& poller_;
  Tokens tokens_;
  EventRing& events_;
  bool listens_ = false;
  bool isRead_ = true;                 // the queue was empty at the end of the last reading
  Instant readAt_ = Instant::never();  // while the queue is not watched
  Instant bellAt_ = Instant::never();  // while the bell is not watched
};

}  // namespace failoverd::engine
