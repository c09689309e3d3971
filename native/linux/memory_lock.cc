#include "linux/memory_lock.h"

#include <elf.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>

namespace failoverd::os {
namespace {

std::uintptr_t pageSize() {
  return static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
}

std::uintptr_t pageFloor(std::uintptr_t address) {
  return address & ~(pageSize() - 1);
}

// The kernel tells of mappings in numbers, and there is no pointer that these could be derived
// from.
void* pointerTo(std::uintptr_t address) {
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr)
}

LockReport lockBetween(std::uintptr_t start, std::uintptr_t end) {
  if (end <= start) return {};
  if (::mlock(pointerTo(start), end - start) != 0) return {0, Errno::last()};
  return {end - start, {}};
}

struct StackRange {
  std::uintptr_t low = 0;  // above the guard
  std::uintptr_t high = 0;
};

SysResult<StackRange> currentStack() {
  pthread_attr_t attributes;
  if (const int error = ::pthread_getattr_np(::pthread_self(), &attributes); error != 0) {
    return Errno{error};
  }
  void* start = nullptr;
  std::size_t size = 0;
  std::size_t guard = 0;
  ::pthread_attr_getstack(&attributes, &start, &size);
  ::pthread_attr_getguardsize(&attributes, &guard);
  ::pthread_attr_destroy(&attributes);
  const auto low = reinterpret_cast<std::uintptr_t>(start);
  // C libraries differ in whether the guard is counted.
  return StackRange{low + guard, low + size};
}

}  // namespace

void LockReport::add(const LockReport& other) {
  lockedBytes += other.lockedBytes;
  if (error.ok()) error = other.error;
}

bool isRuntimeLibrary(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  const auto name = path.substr(slash + 1);
  constexpr std::array<std::string_view, 8> kNames = {
      "libc.so", "libc-", "libstdc++.so", "libgcc_s", "libpthread", "ld-", "ld.so", "libc.musl"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

namespace {

// What dl_iterate_phdr(3) is looking for, and what has come of it.
struct CodeSearch {
  std::uintptr_t code = 0;
  LockReport report;
};

bool holds(const dl_phdr_info& object, const ElfW(Phdr) & segment, std::uintptr_t address) {
  const auto start = object.dlpi_addr + segment.p_vaddr;
  return segment.p_type == PT_LOAD && address >= start && address < start + segment.p_memsz;
}

int lockObject(dl_phdr_info* object, std::size_t /*size*/, void* data) {
  auto& search = *static_cast<CodeSearch*>(data);
  const std::span segments(object->dlpi_phdr, object->dlpi_phnum);
  const bool own = std::any_of(segments.begin(), segments.end(), [&](const ElfW(Phdr) & segment) {
    return holds(*object, segment, search.code);
  });
  if (!own && !isRuntimeLibrary(object->dlpi_name)) return 0;
  for (const auto& segment : segments) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_R) == 0) continue;
    const auto start = pageFloor(object->dlpi_addr + segment.p_vaddr);
    const auto end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    search.report.add(lockBetween(start, pageFloor(end + pageSize() - 1)));
  }
  return 0;
}

}  // namespace

// The segments as the loader placed them, variables without a value included. Not the lines of
// /proc/self/maps: the kernel merges what lies side by side, and an anonymous mapping behind a
// library is as likely to be a piece of V8's heap, which must not be locked.
LockReport lockCode(const void* code) {
  CodeSearch search{reinterpret_cast<std::uintptr_t>(code), {}};
  ::dl_iterate_phdr(&lockObject, &search);
  return search.report;
}

LockReport lockStack() {
  const auto stack = currentStack();
  if (!stack) return {0, stack.error()};
  return lockBetween(stack.value().low, stack.value().high);
}

LockReport lockRange(const void* start, std::size_t size) {
  const auto first = reinterpret_cast<std::uintptr_t>(start);
  const auto end = pageFloor(first + size + pageSize() - 1);
  return lockBetween(pageFloor(first), end);
}

SysResult<> keepFromChildren(void* start, std::size_t size) {
  const auto first = reinterpret_cast<std::uintptr_t>(start);
  const auto from = pageFloor(first + pageSize() - 1);
  const auto to = pageFloor(first + size);
  if (to <= from) return Done{};
  if (::madvise(pointerTo(from), to - from, MADV_DONTFORK) != 0) {
    return Errno::last();
  }
  return Done{};
}

SysResult<> keepStackFromChildren() {
  const auto stack = currentStack();
  if (!stack) return stack.error();
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto low = stack.value().low;
  const auto end = pageFloor(frame);
  if (end <= low) return Done{};
  return keepFromChildren(pointerTo(low), end - low);
}

[[gnu::noinline]] void prefaultStack(std::size_t bytes) {
  auto* room = static_cast<volatile std::uint8_t*>(__builtin_alloca(bytes));
  for (std::size_t i = 0; i < bytes; i += 4096) room[i] = 0;
}

}  // namespace failoverd::os
