#include "linux/scheduling.h"

#include <sched.h>
#include <sys/prctl.h>

namespace failoverd::os {

SchedulingReport currentScheduling() {
  SchedulingReport report;
  const int policy = ::sched_getscheduler(0);
  if (policy < 0) {
    report.error = Errno::last();
    return report;
  }
  switch (policy & ~SCHED_RESET_ON_FORK) {
    case SCHED_RR:
      report.policy = SchedulingPolicy::roundRobin;
      break;
    case SCHED_FIFO:
      report.policy = SchedulingPolicy::fifo;
      break;
    case SCHED_DEADLINE:
      report.policy = SchedulingPolicy::deadline;
      break;
    default:
      break;
  }
  sched_param parameter{};
  if (::sched_getparam(0, &parameter) == 0) report.priority = parameter.sched_priority;
  return report;
}

SchedulingReport becomeRealtime(int priority) {
  Errno refusal;
  if (priority > 0) {
    sched_param parameter{};
    parameter.sched_priority = priority;
    // For Linux, 0 is the calling thread and not the process.
    if (::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameter) != 0) {
      refusal = Errno::last();
    }
  }
  auto report = currentScheduling();
  if (!refusal.ok()) report.error = refusal;
  return report;
}

SysResult<> setTimerSlack(std::uint32_t nanoseconds) {
  // 0 would mean the default, 50 microseconds.
  const unsigned long slack = nanoseconds == 0 ? 1 : nanoseconds;
  if (::prctl(PR_SET_TIMERSLACK, slack, 0, 0, 0) != 0) return Errno::last();
  return Done{};
}

SysResult<> runOn(std::span<const std::uint32_t> cpus) {
  if (cpus.empty()) return Done{};
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const auto cpu : cpus) {
    if (cpu >= CPU_SETSIZE) return Errno{EINVAL};
    CPU_SET(cpu, &set);
  }
  if (::sched_setaffinity(0, sizeof set, &set) != 0) return Errno::last();
  return Done{};
}

SysResult<bool> leaveProcessor() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) return Errno::last();
  const int here = ::sched_getcpu();
  if (here < 0) return Errno::last();
  cpu_set_t others = allowed;
  CPU_CLR(here, &others);
  if (CPU_COUNT(&others) == 0) return false;
  // The kernel moves a thread that may no longer run where it is before the call returns, and
  // leaves a real-time thread where it is afterwards.
  if (::sched_setaffinity(0, sizeof others, &others) != 0) return Errno::last();
  if (::sched_setaffinity(0, sizeof allowed, &allowed) != 0) return Errno::last();
  return true;
}

}  // namespace failoverd::os
