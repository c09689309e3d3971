#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ids.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// A whole Ethernet frame and the interface that it leaves by.
struct OutgoingFrame {
  IfIndex ifIndex;
  std::span<const std::uint8_t> bytes;
};

// Sends Ethernet frames (gratuitous ARP, neighbour advertisements) by any interface. Receives
// nothing.
class FrameSocket {
 public:
  static constexpr std::size_t kSendBatch = 64;

  // EPERM without CAP_NET_RAW.
  static SysResult<FrameSocket> open();

  [[nodiscard]] int fd() const { return fd_.get(); }

  struct Sent {
    // From the front: these were sent or failed for good. The rest was not tried.
    std::size_t taken = 0;
    std::size_t failed = 0;
    Errno lastFailure;
    // Why the rest was not: EAGAIN (the socket's buffer is full; poll for writable) or ENOBUFS
    // (the interface's queue is; try again a little later). 0: all were taken.
    Errno stopped;
  };
  // One system call for each kSendBatch. A frame that fails (ENXIO, ENETDOWN) does not keep
  // the others back.
  Sent sendBatch(std::span<const OutgoingFrame> frames);

 private:
  explicit FrameSocket(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace failoverd::os
