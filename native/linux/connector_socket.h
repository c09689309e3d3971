#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "linux/fd.h"
#include "linux/sys_error.h"

// A socket of the kernel's process connector, and what is in its datagrams.
//
// One event is one datagram: an nlmsghdr, a cn_msg and a proc_event, all in host order. The
// kernel's <linux/cn_proc.h> describes the last one; its samples do not compile as C++, so what
// is needed of it is written down here.
//
//   0        16        36     40    44         52
//   nlmsghdr | cn_msg  | what | cpu | time (ns) | what happened, by `what`
namespace failoverd::os {

namespace process_event {

constexpr std::size_t kWhat = 36;
constexpr std::size_t kData = 52;
// The first two words of an event: the thread and its process.
constexpr std::size_t kPid = kData;
constexpr std::size_t kTgid = kData + 4;
// A fork: the parent's two, then the child's.
constexpr std::size_t kParentTgid = kData + 4;
constexpr std::size_t kChildPid = kData + 8;
constexpr std::size_t kChildTgid = kData + 12;

constexpr std::uint32_t kNone = 0;  // the answer to a request
constexpr std::uint32_t kFork = 0x0000'0001;
constexpr std::uint32_t kExec = 0x0000'0002;
constexpr std::uint32_t kComm = 0x0000'0200;

}  // namespace process_event

// The word at an offset; nothing behind the end.
std::optional<std::uint32_t> wordAt(std::span<const std::uint8_t> datagram, std::size_t offset);
// False: it is of another connector, or too short for an event.
bool isProcessEvent(std::span<const std::uint8_t> datagram);

// Which events a socket takes; the rest is dropped in the kernel, where nobody is woken for it. A
// thread's events are never taken, only a process's.
//
// Linux 6.6 and later could be given a mask of events instead. It is asked at the same place as
// this filter, knows no threads, and cannot be changed without an answer: the filter is all that
// is used, on every kernel.
enum class ProcessInterest : std::uint8_t {
  none,
  names,  // exec, and a process that gives itself another name
  all,    // these, and forks
};
SysResult<> takeOnly(int fd, ProcessInterest interest);

// A socket that listens and takes nothing yet. Errors as of ProcessEvents::open().
SysResult<Fd> openConnector(std::uint32_t receiveBuffer);

}  // namespace failoverd::os
