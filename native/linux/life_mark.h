#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "linux/sys_error.h"

namespace failoverd::os {

// A mark in shared memory that a thread holds for as long as it lives (a robust mutex, see
// pthread_mutexattr_setrobust(3)). The kernel wakes whoever waits for it as the first thing that
// a dying thread does. The death of a process (pidfd_open(2)) is told when its last thread is
// gone and all of its memory has been given back, which takes milliseconds.
class LifeMark {
 public:
  static constexpr std::size_t kBytes = 64;

  // Puts an untaken mark at `place`, whose first kBytes are its own and shared between processes.
  static SysResult<LifeMark> make(std::span<std::uint8_t> place);
  // The mark that somebody else has made there.
  explicit LifeMark(std::span<std::uint8_t> place);

  // From now until release() or its death it is the calling thread's.
  SysResult<> take();
  void release();

  // Blocks until the mark is nobody's. true: the thread that had it has died.
  [[nodiscard]] bool awaitDeath();

 private:
  std::span<std::uint8_t> place_;
};

}  // namespace failoverd::os
