#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

// A frame as it was on the wire; `bytes` are good until the next receive().
struct HeardFrame {
  std::int64_t utcMicros = 0;  // when the kernel had it
  bool outgoing = false;       // this host sent it
  std::span<const std::uint8_t> bytes;
};

// What a listener is to hear.
enum class Hears : std::uint8_t {
  everything,      // VRRP, AH, ARP and neighbour advertisements, in both directions
  claimsOfOthers,  // ARP and neighbour advertisements that this host has not sent
};

// Hears what is said about virtual routers on one Ethernet interface, whoever it is for. What it is
// not to hear costs a filter in the kernel. Not on the advert path.
class FrameListener {
 public:
  // EPERM without CAP_NET_RAW, ENODEV without the interface, EMEDIUMTYPE when it is no Ethernet.
  static SysResult<FrameListener> open(const std::string& interfaceName,
                                       Hears hears = Hears::everything);

  [[nodiscard]] IfIndex ifIndex() const { return ifIndex_; }
  [[nodiscard]] MacAddress mac() const { return mac_; }

  // The next frame; nothing: there is none yet. ENETDOWN once when the interface goes down.
  SysResult<std::optional<HeardFrame>> receive();
  // Frames that did not fit into the socket's buffer since the last call.
  std::uint32_t takeDropped();
  // Sends a whole frame by the interface.
  SysResult<> send(std::span<const std::uint8_t> frame);

 private:
  FrameListener(Fd fd, IfIndex ifIndex, MacAddress mac);

  Fd fd_;
  IfIndex ifIndex_;
  MacAddress mac_;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace failoverd::os
