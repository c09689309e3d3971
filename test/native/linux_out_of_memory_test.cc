#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "linux/out_of_memory.h"
#include "testing.h"

using namespace failoverd;

namespace {

int fileSays() {
  int score = 0;
  std::ifstream("/proc/self/oom_score_adj") >> score;
  return score;
}

// As the kernel judges: nothing below `least`.
int takenWhere(int least, int now) {
  int held = now;
  const auto taken = os::takeLeast(now, [&](int score) {
    if (score < least) return false;
    held = score;
    return true;
  });
  EXPECT(held == taken);
  return taken;
}

}  // namespace

TEST_CASE("who may have the least score takes it, who may not the least that is permitted") {
  EXPECT(takenWhere(-1000, 0) == -1000);
  EXPECT(takenWhere(0, 0) == 0);
  EXPECT(takenWhere(-900, -900) == -900);
  EXPECT(takenWhere(-900, 500) == -900);
  EXPECT(takenWhere(-999, 1000) == -999);
  EXPECT(takenWhere(1000, 1000) == 1000);
}

TEST_CASE("what was raised without a privilege is taken back") {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto first = fileSays();
    std::ofstream("/proc/self/oom_score_adj") << 700;
    if (fileSays() != 700) ::_exit(1);
    const auto score = os::hideFromOutOfMemory();
    if (!score || *score != fileSays()) ::_exit(2);
    ::_exit(*score <= first ? 0 : 3);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  EXPECT(WIFEXITED(status));
  EXPECT(WEXITSTATUS(status) == 0);
}
