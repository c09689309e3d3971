#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/time.h"
#include "launcher/output_tail.h"
#include "launcher/program.h"
#include "linux/poller.h"

namespace failoverd::launcher {

// How a program's own process ended.
struct Ending {
  enum class How : std::uint8_t { exited = 0, signalled = 1, notStarted = 2, refused = 3 };
  How how = How::exited;
  std::uint32_t value = 0;  // the exit status, the signal or the errno
  Duration took;
  std::string refusedStep;  // of a program that was refused, see unsafeStep()
};

// A program under way, and afterwards what is left of it: processes of a group that is being
// ended, or a pipe that somebody in the background still holds.
class Run {
 public:
  // `token` is what the poller calls its output.
  Run(const RunRequest& request, Program program, Instant now, os::Poller& poller,
      std::uint64_t token);

  [[nodiscard]] pid_t pid() const { return program_.pid; }
  [[nodiscard]] bool hasOutput() const { return program_.output.valid(); }
  [[nodiscard]] OutputTail& tail() { return tail_; }

  // Its process has ended and has been waited for (`status` as of waitpid).
  Ending ended(int status, Instant now);
  [[nodiscard]] bool hasEnded() const { return hasEnded_; }

  // Begins to end the group: SIGTERM, and SIGKILL when the grace is over.
  void end(Instant now);
  [[nodiscard]] bool isEnding() const { return isEnding_; }
  // What its time has come for: `timeIsUp` is told once, and the group is being ended from then on.
  struct Due {
    bool timeIsUp = false;
    bool groupIsGone = false;
  };
  Due advance(Instant now);
  // The next instant at which advance() or reading has something to do.
  [[nodiscard]] Instant nextDeadline() const;

  // Reads what there is, so much at a time that a program which prints without end takes no more
  // than a small share of a processor. After the program has ended what it wrote is thrown away.
  void read(Instant now);
  void closeOutput();

  // Nothing is left to be done or to be waited for.
  [[nodiscard]] bool isOver() const { return hasEnded_ && !isEnding_ && !program_.output.valid(); }

 private:
  bool signal(int number);
  void watchOutput();

  Program program_;
  os::Poller& poller_;
  std::uint64_t token_;
  OutputTail tail_;
  Instant startedAt_;
  Instant timeoutAt_ = Instant::never();
  Duration grace_;
  Instant killAt_ = Instant::never();
  Instant lookAt_ = Instant::never();
  bool hasEnded_ = false;
  bool isEnding_ = false;
  Instant readAgainAt_ = Instant::never();  // while reading pauses
  Instant windowAt_;
  std::size_t windowBytes_ = 0;
};

}  // namespace failoverd::launcher
