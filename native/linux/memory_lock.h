#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "linux/sys_error.h"

// Keeps in memory what the real-time thread touches, and only that. mlockall(2) is not an
// option: V8 aborts when it gives pages back that are locked. All of this is called once, before
// the thread's loop, and may read files and allocate.
namespace failoverd::os {

struct LockReport {
  std::uint64_t lockedBytes = 0;
  Errno error;  // the first refusal: ENOMEM over RLIMIT_MEMLOCK, EPERM without rights

  void add(const LockReport& other);
};

// What the loader placed for the file that holds `code` (an address inside the addon) and for
// the C and C++ libraries and the loader itself.
LockReport lockCode(const void* code);

// The calling thread's whole stack.
LockReport lockStack();

// Any other range, such as an arena.
LockReport lockRange(const void* start, std::size_t size);

// True for a file whose code the thread runs: lockCode's choice, for tests.
bool isRuntimeLibrary(std::string_view path);

// Leaves whole pages of the range out of children (MADV_DONTFORK), so that a fork elsewhere in
// the process does not make the next write to them a page fault. A child that touches them dies.
SysResult<> keepFromChildren(void* start, std::size_t size);

// The same for the calling thread's stack below the caller's frame. What is above it stays: the
// C library keeps its list of threads there, and its fork() walks over that in the child.
SysResult<> keepStackFromChildren();

// Touches this much of the stack below the caller's frame, so that it is there.
void prefaultStack(std::size_t bytes);

}  // namespace failoverd::os
