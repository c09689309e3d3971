#include "linux/reap.h"

#include <sys/wait.h>

namespace failoverd::os {

bool reap(pid_t child) {
  return child > 0 && ::waitpid(child, nullptr, WNOHANG) == child;
}

}  // namespace failoverd::os
