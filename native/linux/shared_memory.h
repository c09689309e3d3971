#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// Memory that another process can be given (memfd_create(2)): it outlives whoever made it, for as
// long as somebody has it mapped.
class SharedMemory {
 public:
  // Zeroed, present from the start, and kept out of children, who get at it by the descriptor
  // alone.
  static SysResult<SharedMemory> make(const char* name, std::size_t bytes);
  // All of what this descriptor stands for. Takes the descriptor.
  static SysResult<SharedMemory> open(Fd fd);

  SharedMemory(SharedMemory&& other) noexcept
      : fd_(std::move(other.fd_)), bytes_(std::exchange(other.bytes_, {})) {}
  SharedMemory& operator=(SharedMemory&&) = delete;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::span<std::uint8_t> bytes() const { return bytes_; }

 private:
  SharedMemory(Fd fd, std::span<std::uint8_t> bytes) : fd_(std::move(fd)), bytes_(bytes) {}
  static SysResult<SharedMemory> map(Fd fd, std::size_t bytes);

  Fd fd_;
  std::span<std::uint8_t> bytes_;
};

}  // namespace failoverd::os
