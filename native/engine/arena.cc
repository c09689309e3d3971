#include "engine/arena.h"

#include <sys/mman.h>

#include <cstdint>

#include "base/check.h"

namespace failoverd::engine {

os::SysResult<Arena> Arena::map(std::size_t bytes) {
  void* start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (start == MAP_FAILED) return os::Errno::last();
  // Where the kernel refuses, the only cost is a fault after each fork.
  ::madvise(start, bytes, MADV_DONTFORK);
  return Arena(start, bytes);
}

Arena::~Arena() {
  if (start_ != nullptr) ::munmap(start_, size_);
}

void* Arena::take(std::size_t bytes, std::size_t alignment) {
  used_ = (used_ + alignment - 1) / alignment * alignment;
  CHECK(bytes <= size_ - used_);
  void* taken = static_cast<std::uint8_t*>(start_) + used_;
  used_ += bytes;
  return taken;
}

}  // namespace failoverd::engine
