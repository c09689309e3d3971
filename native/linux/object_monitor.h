#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/ip.h"
#include "linux/fd.h"
#include "linux/netlink_reader.h"
#include "linux/sys_error.h"

// Hears of the end of routes, policy rules and filters of frames. A router with a full routing
// table changes routes a thousand times a second: a filter in the kernel lets through only removals
// of routes that carry our protocol number, of rules, and of filters or of the queueing discipline
// that holds them.
namespace failoverd::os {

// rtm_protocol of the routes that are watched: RTPROT_KEEPALIVED, which `ip route` and the scripts
// of users know VRRP's routes by.
inline constexpr std::uint8_t kRouteProtocol = 18;

struct ObjectGone {
  enum class What : std::uint8_t { route, rule, filter };
  What what = What::route;
  IpAddress destination;
  std::uint8_t prefixLength = 0;
  std::uint32_t table = 0;     // of a filter: the number of its interface
  std::uint32_t priority = 0;  // metric, or preference; 0: all filters of the interface
};

class ObjectMonitor {
 public:
  static SysResult<ObjectMonitor> open();

  [[nodiscard]] int fd() const { return fd_.get(); }

  // The next removal; nothing: none at the moment. ENOBUFS: some were lost.
  SysResult<std::optional<ObjectGone>> next();

 private:
  explicit ObjectMonitor(Fd fd);

  static constexpr std::size_t kBufferSize = 16384;

  Fd fd_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  NetlinkReader unread_;
};

}  // namespace failoverd::os
