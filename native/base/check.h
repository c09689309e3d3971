#pragma once

// An assertion that lives in every build. A broken invariant in a failover daemon must end
// the process (a dead daemon says goodbye), never let it go on with a wrong idea of who is
// MASTER. Bare assert is not used: node-gyp and CMake disagree about NDEBUG.

#define CHECK(condition)           \
  do {                             \
    if (!(condition)) [[unlikely]] \
      __builtin_trap();            \
  } while (false)

// Ends a switch that names every enumerator.
#define UNREACHABLE() __builtin_trap()
