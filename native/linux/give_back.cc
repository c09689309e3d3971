#include "linux/give_back.h"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace failoverd::os {
namespace {

using Segments = std::span<const ElfW(Phdr)>;

// A program with relocations in its text has them in pages that are read-only by now.
bool hasRelocatedText(std::uintptr_t base, Segments segments) {
  for (const auto& segment : segments) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const auto place = base + segment.p_vaddr;
    // The loader tells of mappings in numbers.
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(place);  // NOLINT(performance-no-int-to-ptr)
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_TEXTREL) return true;
    }
  }
  return false;
}

int giveBackProgram(dl_phdr_info* program, std::size_t /*size*/, void* /*data*/) {
  const Segments segments(program->dlpi_phdr, program->dlpi_phnum);
  const auto mask = ~(static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE)) - 1);
  const bool relocated = hasRelocatedText(program->dlpi_addr, segments);
  for (const auto& segment : segments) {
    // Only what can never have been written to: a page that was would come back as in the file.
    if (relocated || segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const auto start = (program->dlpi_addr + segment.p_vaddr) & mask;
    const auto end = (program->dlpi_addr + segment.p_vaddr + segment.p_filesz) & mask;
    void* place = reinterpret_cast<void*>(start);  // NOLINT(performance-no-int-to-ptr)
    if (end > start) ::madvise(place, end - start, MADV_DONTNEED);
  }
  return 1;  // the program itself comes first, and nothing else is meant
}

#ifdef __GLIBC__
constexpr int kFreeAtMost = 128 * 1024;  // the C library's own defaults
constexpr int kLarge = 128 * 1024;
#endif

}  // namespace

void giveBackAtOnce() {
#ifdef __GLIBC__
  ::mallopt(M_TRIM_THRESHOLD, kFreeAtMost);
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
#endif
}

void giveBackMemory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
  ::dl_iterate_phdr(&giveBackProgram, nullptr);
}

}  // namespace failoverd::os
