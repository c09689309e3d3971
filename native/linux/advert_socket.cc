#include "linux/advert_socket.h"

#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>

#include <cstring>

#include "linux/socket_address.h"
#include "linux/socket_options.h"

// How a socket comes to be. What it sends and receives is in advert_transfer.cc.
namespace failoverd::os {
namespace {

constexpr int kOn = 1;
constexpr int kOff = 0;
constexpr int kMaxHops = 255;
constexpr int kInternetworkControl = 0xc0;  // as VRRP routers mark their adverts
constexpr std::uint8_t kAhHeaderSize = 24;  // with the 96-bit digest of RFC 2338 §5.3.6.3

Errno attach(int fd, std::span<const sock_filter> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()),
                          const_cast<sock_filter*>(program.data())};
  return SocketOptions(fd).set(SOL_SOCKET, SO_ATTACH_FILTER, filter).error();
}

Errno attachVrids(int fd, const VridSet& vrids, Family family, std::uint8_t protocol) {
  const auto headerSize = protocol == wire::kProtocolAh ? kAhHeaderSize : std::uint8_t{0};
  return attach(fd, vridProgram(vrids, family, headerSize).instructions());
}

Errno bindToDevice(int fd, IfIndex ifIndex) {
  if (ifIndex == kNoInterface) return {};
  // The kernel would bind to an index that is nobody's.
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(ifIndex.value, name.data()) == nullptr) return {ENODEV};
  const int index = static_cast<int>(ifIndex.value);
  const auto error = SocketOptions(fd).set(SOL_SOCKET, SO_BINDTOIFINDEX, index).error();
  // Before Linux 5.1 a device is bound to by its name.
  if (error.number != ENOPROTOOPT) return error;
  return SocketOptions(fd).set(SOL_SOCKET, SO_BINDTODEVICE, name).error();
}

Errno setUpIpv4(int fd, const AdvertSocketOptions& options) {
  SocketOptions set(fd);
  set.set(IPPROTO_IP, IP_HDRINCL, kOn).set(IPPROTO_IP, IP_PKTINFO, kOn);
  if (!options.address.isMulticast()) return set.set(IPPROTO_IP, IP_FREEBIND, kOn).error();
  ip_mreqn group{};
  group.imr_multiaddr = toInAddr(options.address);
  group.imr_ifindex = static_cast<int>(options.ifIndex.value);
  return set.set(IPPROTO_IP, IP_MULTICAST_IF, group)
      .set(IPPROTO_IP, IP_MULTICAST_LOOP, kOff)
      .set(IPPROTO_IP, IP_MULTICAST_ALL, kOff)
      .set(IPPROTO_IP, IP_ADD_MEMBERSHIP, group)
      .error();
}

Errno setUpIpv6(int fd, const AdvertSocketOptions& options) {
  SocketOptions set(fd);
  set.set(IPPROTO_IPV6, IPV6_TCLASS, kInternetworkControl)
      .set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, kMaxHops)
      .set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kMaxHops)
      .set(IPPROTO_IPV6, IPV6_RECVPKTINFO, kOn)
      .set(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, kOn)
      // Any source may be sent from, as over IPv4 (`mcast_src_ip`).
      .set(IPPROTO_IPV6, IPV6_FREEBIND, kOn);
  if (!options.address.isMulticast()) return set.error();
  ipv6_mreq group{};
  group.ipv6mr_multiaddr = toIn6Addr(options.address);
  group.ipv6mr_interface = options.ifIndex.value;
  return set.set(IPPROTO_IPV6, IPV6_MULTICAST_IF, static_cast<int>(options.ifIndex.value))
      .set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, kOff)
      .attempt(IPPROTO_IPV6, IPV6_MULTICAST_ALL, kOff)  // Linux 4.20
      .set(IPPROTO_IPV6, IPV6_JOIN_GROUP, group)
      .error();
}

Errno setUp(int fd, const AdvertSocketOptions& options) {
  if (const auto error = bindToDevice(fd, options.ifIndex); !error.ok()) return error;
  const auto common = SocketOptions(fd)
                          .set(SOL_SOCKET, SO_TIMESTAMPNS, kOn)
                          .receiveBuffer(options.receiveBuffer)
                          .error();
  if (!common.ok()) return common;
  const auto own = options.address.isV4() ? setUpIpv4(fd, options) : setUpIpv6(fd, options);
  if (!own.ok()) return own;
  // Bound to the group or to the source, it receives for nothing else (raw(7)).
  const SocketAddress local(options.address, options.ifIndex);
  if (::bind(fd, local.get(), local.length()) != 0) return Errno::last();
  return {};
}

}  // namespace

SysResult<AdvertSocket> AdvertSocket::open(const AdvertSocketOptions& options) {
  if (options.address.isMulticast() && options.ifIndex == kNoInterface) {
    return Errno{EADDRNOTAVAIL};
  }
  const int domain = options.address.isV4() ? AF_INET : AF_INET6;
  Fd fd(::socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, options.protocol));
  if (!fd.valid()) return Errno::last();
  // Until it is bound, a raw socket hears every interface: nothing of that may wait inside.
  const std::array<sock_filter, 1> dropAll{{{BPF_RET | BPF_K, 0, 0, 0}}};
  if (const auto error = attach(fd.get(), dropAll); !error.ok()) return error;
  if (const auto error = setUp(fd.get(), options); !error.ok()) return error;
  AdvertSocket socket(std::move(fd), options);
  const auto filtered = socket.setVrids(options.vrids);
  if (!filtered) return filtered.error();
  return socket;
}

AdvertSocket::AdvertSocket(Fd fd, const AdvertSocketOptions& options)
    : fd_(std::move(fd)),
      family_(options.address.family()),
      ifIndex_(options.ifIndex),
      protocol_(options.protocol) {}

SysResult<> AdvertSocket::setVrids(const VridSet& vrids) {
  const auto error = attachVrids(fd_.get(), vrids, family_, protocol_);
  if (!error.ok()) return error;
  return Done{};
}

}  // namespace failoverd::os
