#include "linux/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "linux/fd.h"

namespace failoverd::os {
namespace {

struct UnixAddress {
  sockaddr_un address{};
  socklen_t length = 0;
};

SysResult<UnixAddress> addressOf(std::string_view path) {
  UnixAddress to;
  if (path.empty()) return Errno{ENOENT};
  const bool abstract = path.front() == '@' || path.front() == '\0';
  // A path ends in a zero octet; an abstract name ends where it ends.
  const auto room = sizeof to.address.sun_path - (abstract ? 0 : 1);
  if (path.size() > room) return Errno{ENAMETOOLONG};
  to.address.sun_family = AF_UNIX;
  std::memcpy(to.address.sun_path, path.data(), path.size());
  if (abstract) to.address.sun_path[0] = '\0';
  const auto size = offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1);
  to.length = static_cast<socklen_t>(size);
  return to;
}

}  // namespace

SysResult<> sendDatagram(std::string_view path, std::span<const std::uint8_t> bytes) {
  const auto to = addressOf(path);
  if (!to) return to.error();
  const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Errno::last();
  const auto sent =
      ::sendto(fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to.value().address), to.value().length);
  if (sent < 0) return Errno::last();
  return Done{};
}

}  // namespace failoverd::os
