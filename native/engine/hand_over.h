#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/carried.h"
#include "linux/fd.h"
#include "linux/shared_memory.h"
#include "linux/sys_error.h"

// How one engine's thread hands over to that of another process, without JavaScript between them
// (docs/adr/0010): memory in which the core's knowledge stands as JSON, and a line that wakes.
//
//   predecessor                      heir
//   writes, state = offered, "o" ->  reads
//                            <- "t"  offered -> taken
//   stops                            goes on
//   offered -> withdrawn, if nobody has taken it in time
//
// One change of `state` decides who serves, whatever becomes of either of them meanwhile.
namespace failoverd::engine {

// The predecessor's side.
class Bequest {
 public:
  static os::SysResult<std::unique_ptr<Bequest>> make();

  // JavaScript's thread: what the heir is started with, and afterwards that it has it.
  [[nodiscard]] int memoryFd() const { return memory_.fd(); }
  [[nodiscard]] int heirFd() const { return heirLine_.get(); }
  void given() { heirLine_.reset(); }

  // Engine's thread. 0: it is taken, and nothing here is ours any more. ETIMEDOUT: not within
  // `patience`, and it will not be. EPIPE: there is no heir. EMSGSIZE: there is no room for it.
  int offer(std::string_view inheritance, Duration patience);

 private:
  Bequest(os::SharedMemory memory, os::Fd line, os::Fd heirLine)
      : memory_(std::move(memory)), line_(std::move(line)), heirLine_(std::move(heirLine)) {}
  bool answered(Duration patience) const;

  os::SharedMemory memory_;
  os::Fd line_;
  os::Fd heirLine_;
};

// The heir's side.
class Heirship {
 public:
  // Takes `memory` and `line`. `lock` stays the caller's: a listening socket, whose listener the
  // thread becomes in the moment in which it takes over.
  static os::SysResult<Heirship> open(int memory, int line, int lock);

  // To be watched; readable when there is something to take, or nobody left.
  [[nodiscard]] int fd() const { return line_.get(); }
  // What has been offered and is ours from now on. Nothing: not yet, or no more.
  std::optional<core::Inherit> take();
  // The predecessor has ended.
  [[nodiscard]] bool orphaned() const { return orphaned_; }

 private:
  Heirship(os::SharedMemory memory, os::Fd line, int lock)
      : memory_(std::move(memory)), line_(std::move(line)), lock_(lock) {}

  os::SharedMemory memory_;
  os::Fd line_;
  int lock_;
  bool orphaned_ = false;
};

}  // namespace failoverd::engine
