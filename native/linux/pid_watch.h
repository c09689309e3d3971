#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// Tells of the death of processes, at once and whoever their parent is (pidfd_open(2), Linux
// 5.3). A zombie is dead. One descriptor stands for all of them in the caller's poller.
class PidWatch {
 public:
  static SysResult<PidWatch> open();

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::size_t size() const { return watched_.size(); }

  // Watches a process. ESRCH: it is dead already, and next() will not name it. Watching one
  // twice is once. EMFILE when descriptors run out, ENOSYS on an older kernel.
  SysResult<> add(std::uint32_t pid);
  // Nothing will be said of it any more.
  void remove(std::uint32_t pid);

  // One that died, which is watched no longer; nothing: none at the moment.
  std::optional<std::uint32_t> next();

 private:
  struct Watched {
    std::uint32_t pid = 0;
    Fd fd;
  };

  explicit PidWatch(Fd fd) : fd_(std::move(fd)) {}
  std::vector<Watched>::iterator find(std::uint32_t pid);
  void drop(std::vector<Watched>::iterator place);

  Fd fd_;                         // an epoll of its own
  std::vector<Watched> watched_;  // by pid
};

}  // namespace failoverd::os
