#pragma once

#include "guardian/will_page.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::guardian {

// Sends goodbyes of either family on any interface. Opened while there is time, so that nothing has
// to be opened when there is none.
class GoodbyeSender {
 public:
  // EPERM without CAP_NET_RAW. Where the kernel has no IPv6, goodbyes of IPv6 will fail.
  static os::SysResult<GoodbyeSender> open();

  // One that has no room in a queue is tried again, for a few milliseconds.
  os::Errno send(const Goodbye& goodbye);

 private:
  GoodbyeSender(os::Fd v4, os::Fd v6) : v4_(std::move(v4)), v6_(std::move(v6)) {}

  os::Fd v4_;  // IP_HDRINCL: the header is ours, and with it the protocol
  os::Fd v6_;
};

}  // namespace failoverd::guardian
