#include "linux/shared_memory.h"

#include <sys/mman.h>
#include <sys/stat.h>

namespace failoverd::os {

SysResult<SharedMemory> SharedMemory::map(Fd fd, std::size_t bytes) {
  void* start =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd.get(), 0);
  if (start == MAP_FAILED) return Errno::last();
  return SharedMemory(std::move(fd), {static_cast<std::uint8_t*>(start), bytes});
}

SysResult<SharedMemory> SharedMemory::make(const char* name, std::size_t bytes) {
  Fd fd(::memfd_create(name, MFD_CLOEXEC));
  if (!fd.valid()) return Errno::last();
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return Errno::last();
  auto mapped = map(std::move(fd), bytes);
  // Where the kernel refuses, the only cost is a page table that is copied to children.
  if (mapped) ::madvise(mapped.value().bytes().data(), bytes, MADV_DONTFORK);
  return mapped;
}

SysResult<SharedMemory> SharedMemory::open(Fd fd) {
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return Errno::last();
  return map(std::move(fd), static_cast<std::size_t>(status.st_size));
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

}  // namespace failoverd::os
