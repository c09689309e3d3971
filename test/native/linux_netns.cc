#include "linux_netns.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace failoverd::test {
namespace {

bool writeText(const char* path, const std::string& text) {
  const os::Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
  return fd.valid() &&
         ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Becomes root of a user namespace of its own.
bool enterUserNamespace() {
  const auto uid = std::to_string(::geteuid());
  const auto gid = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) return false;
  return writeText("/proc/self/setgroups", "deny") &&
         writeText("/proc/self/uid_map", "0 " + uid + " 1") &&
         writeText("/proc/self/gid_map", "0 " + gid + " 1");
}

bool canUnshare() {
  const auto home = os::currentNetNamespace();
  if (!home || ::unshare(CLONE_NEWNET) != 0) return false;
  return os::enterNetNamespace(home.value()).ok();
}

std::string findReason() {
  if (std::system("ip -V >/dev/null 2>&1") != 0) return "ip(8) is not installed";
  if (::geteuid() != 0 && !enterUserNamespace()) {
    return std::string("no user namespace: ") + std::strerror(errno);
  }
  if (!canUnshare()) return std::string("no network namespace: ") + std::strerror(errno);
  return "";
}

// Until the interface can send, for two seconds at most.
void awaitRunning(const NetNs& ns, const char* interfaceName) {
  ns.in([&] {
    const os::Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strncpy(request.ifr_name, interfaceName, IF_NAMESIZE - 1);
    for (int i = 0; i < 2000; ++i) {
      REQUIRE(::ioctl(fd.get(), SIOCGIFFLAGS, &request) == 0);
      if ((request.ifr_flags & IFF_RUNNING) != 0) return;
      ::usleep(1000);
    }
    FAIL("no carrier");
  });
}

}  // namespace

const std::string& whyNoNamespaces() {
  static const std::string reason = findReason();
  return reason;
}

NetNs::Stay::Stay(const NetNs& there) {
  auto home = os::currentNetNamespace();
  REQUIRE(home.ok());
  home_ = std::move(home.value());
  REQUIRE(os::enterNetNamespace(there.fd_).ok());
}

NetNs::Stay::~Stay() {
  if (!os::enterNetNamespace(home_).ok()) std::abort();
}

NetNs::NetNs() {
  const auto home = os::currentNetNamespace();
  REQUIRE(home.ok());
  REQUIRE(::unshare(CLONE_NEWNET) == 0);
  auto here = os::currentNetNamespace();
  REQUIRE(here.ok());
  fd_ = std::move(here.value());
  REQUIRE(os::enterNetNamespace(home.value()).ok());
  run("ip link set lo up");
}

void NetNs::run(const std::string& command) const {
  INFO(command);
  REQUIRE(in([&] { return std::system(command.c_str()); }) == 0);
}

std::string NetNs::output(const std::string& command) const {
  return in([&] {
    std::string text;
    auto* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char piece[4096];
    for (std::size_t count = 0; (count = std::fread(piece, 1, sizeof piece, pipe)) > 0;) {
      text.append(piece, count);
    }
    REQUIRE(::pclose(pipe) == 0);
    return text;
  });
}

IfIndex NetNs::indexOf(const char* interfaceName) const {
  const auto index = in([&] { return ::if_nametoindex(interfaceName); });
  REQUIRE(index != 0);
  return IfIndex(index);
}

std::string NetNs::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get());
}

Cable::Cable() {
  a.run("ip link add left type veth peer name right");
  a.run("ip link set right netns " + b.path());
  // No duplicate address detection: IPv6 addresses are of use at once.
  a.run("sysctl -qw net.ipv6.conf.left.accept_dad=0");
  b.run("sysctl -qw net.ipv6.conf.right.accept_dad=0");
  a.run("ip addr add 192.0.2.1/24 dev left; ip addr add 2001:db8::1/64 dev left nodad");
  b.run("ip addr add 192.0.2.2/24 dev right; ip addr add 2001:db8::2/64 dev right nodad");
  a.run("ip link set left up");
  b.run("ip link set right up");
  left = a.indexOf("left");
  right = b.indexOf("right");
  // The kernel notices the carrier in its own time, and drops what is sent before.
  awaitRunning(a, "left");
  awaitRunning(b, "right");
}

}  // namespace failoverd::test
