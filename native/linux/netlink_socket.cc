#include "linux/netlink_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include "linux/socket_options.h"

namespace failoverd::os {

SysResult<Fd> openNetlink(int protocol, std::uint32_t groups, std::uint32_t receiveBuffer) {
  Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  if (!fd.valid()) return Errno::last();
  const auto error = SocketOptions(fd.get()).receiveBuffer(receiveBuffer).error();
  if (!error.ok()) return error;
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = groups;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    return Errno::last();
  }
  return fd;
}

SysResult<std::optional<std::span<const std::uint8_t>>> receiveNetlink(
    int fd, std::span<std::uint8_t> buffer) {
  using Datagram = std::optional<std::span<const std::uint8_t>>;
  for (;;) {
    sockaddr_nl from{};
    socklen_t fromLength = sizeof from;
    // With MSG_TRUNC the whole length comes back, whatever fitted.
    const auto count = ::recvfrom(fd, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC,
                                  reinterpret_cast<sockaddr*>(&from), &fromLength);
    if (count < 0) {
      const auto error = Errno::last();
      if (error.number == EINTR) continue;
      if (error.wouldBlock()) return Datagram();
      return error;
    }
    if (from.nl_pid != 0) continue;
    const auto length = static_cast<std::size_t>(count);
    if (length > buffer.size()) return Errno{ENOBUFS};
    return Datagram(buffer.first(length));
  }
}

SysResult<> sendNetlink(int fd, std::span<const std::uint8_t> bytes) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const auto sent = ::sendto(fd, bytes.data(), bytes.size(), MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  if (sent < 0) return Errno::last();
  return Done{};
}

}  // namespace failoverd::os
