#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>

#include "linux/fd.h"
#include "linux/sys_error.h"

// The process connector: what processes begin, and under which name. Deaths come from PidWatch.
namespace failoverd::os {

struct ProcessExecuted {
  std::uint32_t pid = 0;
  bool operator==(const ProcessExecuted&) const = default;
};
// A process gave itself another name (/proc/PID/comm).
struct ProcessRenamed {
  std::uint32_t pid = 0;
  bool operator==(const ProcessRenamed&) const = default;
};
struct ProcessForked {
  std::uint32_t parent = 0;
  std::uint32_t pid = 0;
  bool operator==(const ProcessForked&) const = default;
};
// The kernel dropped events: look at all processes again.
struct ProcessEventsLost {
  bool operator==(const ProcessEventsLost&) const = default;
};

using ProcessNews = std::variant<ProcessExecuted, ProcessRenamed, ProcessForked, ProcessEventsLost>;

// The news in one datagram of the connector; nothing for all that is none: acknowledgements,
// threads, exits, other connectors, junk. Trusts no length; fuzzed.
std::optional<ProcessNews> parseProcessEvent(std::span<const std::uint8_t> datagram);

// Two sockets: a queue of all that happens, in order, and a bell that rings when some of it is
// urgent. A fork is not: a child bears its parent's name, and is known early enough when the queue
// is read before anything is concluded from it, a death for instance. So a storm of forks, which
// may be thousands a second, wakes nobody; it waits in the queue until somebody looks.
class ProcessEvents {
 public:
  static constexpr std::uint32_t kReceiveBuffer = 4U << 20;

  // Hears nothing before listen(). The connector serves the initial network namespace alone: open
  // before setns(2), the sockets go on working after it.
  // ECONNREFUSED in another network namespace, EOPNOTSUPP in another user or PID namespace,
  // EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT without the kernel's part.
  static SysResult<ProcessEvents> open(std::uint32_t receiveBuffer = kReceiveBuffer);

  ProcessEvents(ProcessEvents&&) noexcept;
  ProcessEvents& operator=(ProcessEvents&&) noexcept;
  ~ProcessEvents();

  // Events come, or no more come. List the processes after this, not before.
  SysResult<> listen(bool wanted);

  // Readable when there is anything.
  [[nodiscard]] int queueFd() const { return queue_.get(); }
  // Readable when there is something else than forks, until answerBell(), which says whether there
  // was.
  [[nodiscard]] int bellFd() const { return bell_.get(); }
  [[nodiscard]] bool answerBell() const;

  // The next event; nothing: none at the moment. Never blocks, never allocates.
  SysResult<std::optional<ProcessNews>> next();

 private:
  struct Batch;

  ProcessEvents(Fd queue, Fd bell);

  Fd queue_;
  Fd bell_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace failoverd::os
