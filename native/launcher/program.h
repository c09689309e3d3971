#pragma once

#include <sys/types.h>

#include <string>

#include "launcher/request.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::launcher {

// A program that was forked: the leader of a session and of a process group of its own.
struct Program {
  pid_t pid = 0;
  os::Fd output;   // the reading end of its standard output and error; none without `mostOutput`
  os::Fd failure;  // see failureOf()
};

// Why a program was never executed.
struct Failure {
  os::Errno error;          // 0: it was
  std::string refusedStep;  // see unsafeStep(); with EACCES
};

// Forks. What goes wrong after that, up to execve(2), is told by failureOf() when it has ended.
os::SysResult<Program> startProgram(const RunRequest& request);

// Of a program that has ended.
Failure failureOf(const Program& program);

// Asks every process of the group; false: there is none.
bool signalGroup(pid_t leader, int signal);

}  // namespace failoverd::launcher
