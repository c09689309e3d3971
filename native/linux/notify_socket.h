#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "linux/sys_error.h"

namespace failoverd::os {

// Sends one AF_UNIX datagram without waiting: sd_notify(3), journald, syslog. A path that begins
// with '@' or a zero octet is an abstract name (unix(7)). EAGAIN: the reader's queue is full;
// EMSGSIZE: too long for a datagram; ENAMETOOLONG, ENOENT and ECONNREFUSED speak for themselves.
SysResult<> sendDatagram(std::string_view path, std::span<const std::uint8_t> bytes);

}  // namespace failoverd::os
