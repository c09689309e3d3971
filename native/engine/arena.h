#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "linux/sys_error.h"

namespace failoverd::engine {

// Pages of the engine's own: its mailboxes and its recorder. They are present from the start, and
// not copied to children: a fork of the process (Node forks for every script) makes the thread
// take no faults on them.
class Arena {
 public:
  static os::SysResult<Arena> map(std::size_t bytes);
  Arena(Arena&& other) noexcept
      : start_(std::exchange(other.start_, nullptr)), size_(other.size_), used_(other.used_) {}
  Arena& operator=(Arena&&) = delete;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Zeroed memory that lives as long as the arena. The arena was sized by the caller, so that
  // running out is a fault.
  void* take(std::size_t bytes, std::size_t alignment);

  [[nodiscard]] void* start() const { return start_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  Arena(void* start, std::size_t size) : start_(start), size_(size) {}

  void* start_;
  std::size_t size_;
  std::size_t used_ = 0;
};

}  // namespace failoverd::engine
