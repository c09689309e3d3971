#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "guardian/line.h"
#include "linux/life_mark.h"
#include "linux/pid_watch.h"
#include "linux/wakeup.h"

namespace failoverd::guardian {

// Learns of the daemon's death, by what tells first:
//
//   the engine's thread dies    (os::LifeMark) the first that is seen of a kill. The kernel still
//                               takes the process's memory apart, and its lock is still held
//   the process is dead         (pidfd_open(2), Linux 5.3) if the thread has ended in peace before
//   the line has ended          which nobody else holds, where the kernel has no pidfd_open(2)
class DeathWatch {
 public:
  // `priority` is that of SCHED_RR for whoever waits for the mark; 0 asks for none.
  // Lives until the guardian ends: a thread of its own waits for the mark.
  DeathWatch(os::LifeMark mark, int priority);
  DeathWatch(const DeathWatch&) = delete;
  DeathWatch& operator=(const DeathWatch&) = delete;

  // Returns when `daemon`, our parent, is dead or dying, and keeps what the line says until then.
  void await(std::uint32_t daemon, Line& line);

 private:
  static void* watchMark(void* self);

  os::LifeMark mark_;
  int priority_;
  std::optional<os::PidWatch> pids_;
  std::optional<os::Doorbell> thread_;  // rung when the engine's thread has died
};

}  // namespace failoverd::guardian
