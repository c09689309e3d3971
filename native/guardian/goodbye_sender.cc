#include "guardian/goodbye_sender.h"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "linux/socket_address.h"
#include "linux/socket_options.h"
#include "wire/ipv4.h"

namespace failoverd::guardian {
namespace {

constexpr int kOn = 1;
constexpr int kVrrp = 112;
constexpr int kMaxHops = 255;
constexpr int kInternetworkControl = 0xc0;
constexpr int kTries = 4;
constexpr useconds_t kPause = 1000;

constexpr std::size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int));

// One message and what travels beside it.
struct Message {
  std::array<std::uint8_t, wire::kIpv4HeaderSize> ipv4Header{};
  std::array<iovec, 2> parts{};
  alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control{};
  os::SocketAddress to;
  msghdr header{};

  template <class T>
  void beside(int level, int type, const T& value) {
    auto* entry = reinterpret_cast<cmsghdr*>(control.data() + header.msg_controllen);
    entry->cmsg_level = level;
    entry->cmsg_type = type;
    entry->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(entry), &value, sizeof value);
    header.msg_controllen += CMSG_SPACE(sizeof value);
  }
};

iovec partOf(std::span<const std::uint8_t> bytes) {
  return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

void fillIpv4(Message& message, const Goodbye& goodbye) {
  in_pktinfo info{};
  info.ipi_ifindex = static_cast<int>(goodbye.ifIndex.value);
  message.beside(IPPROTO_IP, IP_PKTINFO, info);
  if (goodbye.withIpHeader) {
    message.parts[0] = partOf(goodbye.bytes);
    message.header.msg_iovlen = 1;
    return;
  }
  wire::emitIpv4Header({.ttl = goodbye.ttl,
                        .protocol = goodbye.protocol,
                        .source = goodbye.source,
                        .destination = goodbye.destination,
                        .payloadSize = goodbye.bytes.size()},
                       message.ipv4Header);
  message.parts = {partOf(message.ipv4Header), partOf(goodbye.bytes)};
  message.header.msg_iovlen = 2;
}

void fillIpv6(Message& message, const Goodbye& goodbye) {
  message.parts[0] = partOf(goodbye.bytes);
  message.header.msg_iovlen = 1;
  in6_pktinfo info{};
  info.ipi6_addr = os::toIn6Addr(goodbye.source);
  info.ipi6_ifindex = goodbye.ifIndex.value;
  message.beside(IPPROTO_IPV6, IPV6_PKTINFO, info);
  message.beside(IPPROTO_IPV6, IPV6_HOPLIMIT, int{goodbye.ttl});
}

os::Fd openIpv6() {
  os::Fd fd(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, kVrrp));
  if (!fd.valid()) return fd;
  // It only sends: what it would hear is dropped before it waits.
  sock_filter dropAll{BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog filter{1, &dropAll};
  os::SocketOptions(fd.get())
      .attempt(SOL_SOCKET, SO_ATTACH_FILTER, filter)
      .attempt(IPPROTO_IPV6, IPV6_FREEBIND, kOn)
      .attempt(IPPROTO_IPV6, IPV6_TCLASS, kInternetworkControl)
      .attempt(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kMaxHops);
  return fd;
}

}  // namespace

os::SysResult<GoodbyeSender> GoodbyeSender::open() {
  os::Fd v4(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW));
  if (!v4.valid()) return os::Errno::last();
  return GoodbyeSender(std::move(v4), openIpv6());
}

os::Errno GoodbyeSender::send(const Goodbye& goodbye) {
  const bool v4 = goodbye.destination.isV4();
  if (goodbye.source.isV4() != v4) return {EAFNOSUPPORT};
  Message message;
  message.to = os::SocketAddress(goodbye.destination, goodbye.ifIndex);
  message.header.msg_name = message.to.get();
  message.header.msg_namelen = message.to.length();
  message.header.msg_iov = message.parts.data();
  message.header.msg_control = message.control.data();
  if (v4) {
    fillIpv4(message, goodbye);
  } else {
    fillIpv6(message, goodbye);
  }
  for (int tries = 1;; ++tries) {
    if (::sendmsg((v4 ? v4_ : v6_).get(), &message.header, 0) >= 0) return {};
    const auto error = os::Errno::last();
    const bool full = error.number == ENOBUFS || error.wouldBlock();
    if (!full || tries == kTries) return error;
    ::usleep(kPause);
  }
}

}  // namespace failoverd::guardian
