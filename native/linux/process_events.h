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

class ProcessEvents {
 public:
  static constexpr std::uint32_t kReceiveBuffer = 4U << 20;

  // Begins to listen; list the processes after this, not before. The connector serves the
  // initial network namespace alone: open before setns(2), the socket goes on working after it.
  // ECONNREFUSED in another network namespace, EOPNOTSUPP in another user or PID namespace,
  // EPERM without CAP_NET_ADMIN, EPROTONOSUPPORT without the kernel's part.
  static SysResult<ProcessEvents> open(std::uint32_t receiveBuffer = kReceiveBuffer);

  ProcessEvents(ProcessEvents&&) noexcept;
  ProcessEvents& operator=(ProcessEvents&&) noexcept;
  ~ProcessEvents();

  [[nodiscard]] int fd() const { return fd_.get(); }

  // The next event; nothing: none at the moment. Never blocks, never allocates.
  SysResult<std::optional<ProcessNews>> next();

 private:
  struct Batch;

  explicit ProcessEvents(Fd fd);
  SysResult<> listen();

  Fd fd_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace failoverd::os
