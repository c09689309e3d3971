#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "linux/fd.h"
#include "linux/sys_error.h"

// What every netlink socket here has in common. Nothing blocks.
namespace failoverd::os {

// Opens a socket of a protocol (NETLINK_ROUTE, NETLINK_CONNECTOR) that belongs to `groups`, a
// mask as in sockaddr_nl.
SysResult<Fd> openNetlink(int protocol, std::uint32_t groups, std::uint32_t receiveBuffer);

// The next datagram of the kernel's own; those of other processes are passed over. Nothing: none
// at the moment. ENOBUFS: the kernel dropped some, or one did not fit into `buffer`.
SysResult<std::optional<std::span<const std::uint8_t>>> receiveNetlink(
    int fd, std::span<std::uint8_t> buffer);

// Hands all octets to the kernel in one datagram, which it works on before this returns.
SysResult<> sendNetlink(int fd, std::span<const std::uint8_t> bytes);

}  // namespace failoverd::os
