#include <sched.h>

#include <array>
#include <cstdint>
#include <thread>

#include "linux/scheduling.h"
#include "testing.h"

using namespace failoverd;

namespace {

cpu_set_t allowed() {
  cpu_set_t set;
  CHECK(::sched_getaffinity(0, sizeof set, &set) == 0);
  return set;
}

// What a thread does with its scheduling ends with it.
template <class Work>
void inThread(Work work) {
  std::thread(work).join();
}

}  // namespace

TEST_CASE("a thread that leaves its processor may run where it could before") {
  inThread([] {
    const auto before = allowed();
    const auto left = os::leaveProcessor();
    EXPECT(bool(left));
    EXPECT(left.value() == (CPU_COUNT(&before) > 1));
    const auto after = allowed();
    EXPECT(CPU_EQUAL(&before, &after));
  });
}

TEST_CASE("a real-time thread stays on the processor that it went to") {
  inThread([] {
    const auto before = allowed();
    // Without the right to be real-time the kernel may move it back at any moment.
    if (CPU_COUNT(&before) < 2 || !os::becomeRealtime(1).error.ok()) return;
    for (int i = 0; i < 20; ++i) {
      const int here = ::sched_getcpu();
      EXPECT(os::leaveProcessor().value());
      EXPECT(::sched_getcpu() != here);
    }
  });
}

TEST_CASE("a thread that may run on one processor only cannot leave it") {
  inThread([] {
    const std::array<std::uint32_t, 1> one{static_cast<std::uint32_t>(::sched_getcpu())};
    EXPECT(bool(os::runOn(one)));
    const auto left = os::leaveProcessor();
    EXPECT(bool(left));
    EXPECT(!left.value());
  });
}
