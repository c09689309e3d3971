#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "linux/sys_error.h"

// One netlink request and everything that the kernel answers to it, for those who may wait:
// nothing on the engine thread does.
namespace failoverd::os {

struct NetlinkReply {
  // Of the acknowledgement; 0 = done.
  int errorNumber = 0;
  // Whole messages, headers included: what a request for a list brings.
  std::vector<std::vector<std::uint8_t>> messages;
};

// `protocol`: NETLINK_ROUTE or NETLINK_NETFILTER. EINVAL: `message` is no netlink message.
// EPROTONOSUPPORT: the kernel has no such protocol. ETIMEDOUT after `limit`.
SysResult<NetlinkReply> exchange(int protocol, std::span<const std::uint8_t> message,
                                 Duration limit);

}  // namespace failoverd::os
