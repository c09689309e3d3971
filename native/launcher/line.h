#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "launcher/request.h"
#include "launcher/run.h"

namespace failoverd::launcher {

// The line to the daemon: requests come in, reports go out, each as its length u32 and a frame.
// Nothing ever waits for the daemon: what it does not read yet is kept.
class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}

  [[nodiscard]] int fd() const { return fd_; }
  // Takes what has come. False: the daemon's end is closed, or it says nonsense.
  bool read();
  // The next whole request.
  std::optional<Request> next();

  void started(std::uint32_t id, pid_t pid);
  void timeIsUp(std::uint32_t id);
  // With the end of its output, or the step for which it was refused.
  void ended(std::uint32_t id, const Ending& ending, Run& run);
  void neverForked(std::uint32_t id, os::Errno error);
  // The process group of a program that was being ended is empty.
  void groupIsGone(std::uint32_t id);
  // False: something is left to be sent.
  bool send();

 private:
  void reportOf(std::uint32_t id, std::uint8_t kind);
  void report(std::span<const std::uint8_t> head, std::span<const std::uint8_t> rest = {});

  int fd_;
  bool broken_ = false;
  std::vector<std::uint8_t> unread_;
  std::size_t at_ = 0;
  std::vector<std::uint8_t> unsent_;
};

}  // namespace failoverd::launcher
