#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "linux/sys_error.h"

namespace failoverd::os {

// Sets socket options one after another; the first failure ends it and is kept.
class SocketOptions {
 public:
  explicit SocketOptions(int fd) : fd_(fd) {}

  template <class T>
  SocketOptions& set(int level, int name, const T& value) {
    if (error_.ok() && ::setsockopt(fd_, level, name, &value, sizeof value) != 0) {
      error_ = Errno::last();
    }
    return *this;
  }
  // An option that an older kernel or a lesser right may refuse without harm.
  template <class T>
  SocketOptions& attempt(int level, int name, const T& value) {
    if (error_.ok()) ::setsockopt(fd_, level, name, &value, sizeof value);
    return *this;
  }
  // As much as asked for where CAP_NET_ADMIN allows it, else what net.core.rmem_max does.
  SocketOptions& receiveBuffer(std::uint32_t octets) {
    const int wanted = static_cast<int>(octets);
    if (error_.ok() && ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) == 0) {
      return *this;
    }
    return attempt(SOL_SOCKET, SO_RCVBUF, wanted);
  }

  [[nodiscard]] Errno error() const { return error_; }

 private:
  int fd_;
  Errno error_;
};

}  // namespace failoverd::os
