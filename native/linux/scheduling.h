#pragma once

#include <cstdint>
#include <span>

#include "linux/sys_error.h"

// How the calling thread is scheduled: what was asked for, and what it really got.
namespace failoverd::os {

enum class SchedulingPolicy : std::uint8_t { normal, roundRobin, fifo, deadline };

struct SchedulingReport {
  SchedulingPolicy policy = SchedulingPolicy::normal;
  int priority = 0;  // 1..99, 0 where the policy has none
  Errno error;       // why what was asked for was refused
};

// What the calling thread has at this moment (sched_getscheduler(2)).
SchedulingReport currentScheduling();

// Asks for SCHED_RR with this priority (1..99), which children do not inherit
// (SCHED_RESET_ON_FORK); 0 asks for nothing.
SchedulingReport becomeRealtime(int priority);

// How late the kernel may wake this thread to save power. Real-time threads have none.
SysResult<> setTimerSlack(std::uint32_t nanoseconds);

// The processors that the calling thread may run on; an empty list changes nothing.
SysResult<> runOn(std::span<const std::uint32_t> cpus);

// Goes on on another processor of those that the calling thread may run on, whichever the kernel
// chooses; false where there is only one. Which it may run on stays as it is.
SysResult<bool> leaveProcessor();

}  // namespace failoverd::os
