#include "guardian/succession.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>

namespace failoverd::guardian {
namespace {

constexpr int kTries = 2000;
constexpr useconds_t kPause = 1000;

struct Name {
  sockaddr_un address{};
  socklen_t length = 0;

  Name(std::string_view text, bool padded) {
    address.sun_family = AF_UNIX;
    const auto size = std::min(text.size(), sizeof address.sun_path - 1);
    std::memcpy(address.sun_path + 1, text.data(), size);
    length = static_cast<socklen_t>(padded ? sizeof address
                                           : offsetof(sockaddr_un, sun_path) + 1 + size);
  }

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

os::Fd openSocket() {
  return os::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

// Whose lock it is; 0: of somebody in another process namespace. Nothing: nobody listens.
std::optional<std::uint32_t> listenerOf(const Name& name) {
  const auto fd = openSocket();
  const bool full = ::connect(fd.get(), name.get(), name.length) != 0 && errno == EAGAIN;
  ucred who{};
  socklen_t size = sizeof who;
  if (full || ::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return 0;
  if (who.pid == 0 && who.uid == static_cast<uid_t>(-1)) return std::nullopt;
  return static_cast<std::uint32_t>(who.pid);
}

}  // namespace

bool Succession::isStillOf(std::string_view name, std::uint32_t daemon) {
  return listenerOf(Name(name, true)) == daemon || listenerOf(Name(name, false)) == daemon;
}

Succession Succession::settle(std::string_view text, std::uint32_t daemon) {
  Succession settled;
  const auto hold = [&](os::Fd& fd, bool padded) {
    const Name name(text, padded);
    for (int tries = 0; tries < kTries; ++tries) {
      fd = openSocket();
      // Where there are no such sockets there is no lock.
      if (!fd.valid() || ::bind(fd.get(), name.get(), name.length) == 0) return true;
      if (errno != EADDRINUSE) return true;
      const auto listener = listenerOf(name);
      if (listener && *listener != daemon) return false;
      ::usleep(kPause);
    }
    return listenerOf(name) == daemon;  // a copy that a child has; nobody else can start either
  };
  settled.mayAct_ = hold(settled.padded_, true) && hold(settled.exact_, false);
  return settled;
}

}  // namespace failoverd::guardian
