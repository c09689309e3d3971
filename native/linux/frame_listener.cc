#include "linux/frame_listener.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "linux/socket_options.h"

namespace failoverd::os {
namespace {

constexpr std::size_t kLargestFrame = 65536 + 64;
constexpr std::uint32_t kReceiveBuffer = 4U << 20;

// VRRP and AH over IPv4; VRRP and neighbour advertisements over IPv6; ARP. Offsets count from
// the Ethernet header; a jump counts the instructions that it leaps over.
constexpr std::array<sock_filter, 14> kFilter{{
    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},  // EtherType
    {BPF_JMP | BPF_JEQ | BPF_K, 11, 0, ETH_P_ARP},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, ETH_P_IP},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 23},  // protocol
    {BPF_JMP | BPF_JEQ | BPF_K, 8, 0, 112},
    {BPF_JMP | BPF_JEQ | BPF_K, 7, 6, 51},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, ETH_P_IPV6},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 20},  // next header
    {BPF_JMP | BPF_JEQ | BPF_K, 4, 0, 112},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 58},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 54},  // ICMPv6 type
    {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 136},
    {BPF_RET | BPF_K, 0, 0, 0},
    {BPF_RET | BPF_K, 0, 0, 0xffff'ffff},
}};

// Neighbour advertisements and ARP alone.
constexpr std::array<sock_filter, 9> kClaimFilter{{
    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},  // EtherType
    {BPF_JMP | BPF_JEQ | BPF_K, 6, 0, ETH_P_ARP},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 4, ETH_P_IPV6},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 20},  // next header
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 58},
    {BPF_LD | BPF_B | BPF_ABS, 0, 0, 54},  // ICMPv6 type
    {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 136},
    {BPF_RET | BPF_K, 0, 0, 0},
    {BPF_RET | BPF_K, 0, 0, 0xffff'ffff},
}};

sock_fprog filterFor(Hears hears) {
  const std::span<const sock_filter> filter =
      hears == Hears::everything ? std::span<const sock_filter>(kFilter) : kClaimFilter;
  return {static_cast<std::uint16_t>(filter.size()), const_cast<sock_filter*>(filter.data())};
}

std::int64_t utcMicrosOf(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec at{};
    std::memcpy(&at, CMSG_DATA(part), sizeof at);
    return std::int64_t{at.tv_sec} * 1'000'000 + at.tv_nsec / 1000;
  }
  return 0;
}

Errno setUp(int fd, unsigned ifIndex, Hears hears) {
  const auto filter = filterFor(hears);
  const int on = 1;
  const int deafToOwn = hears == Hears::claimsOfOthers ? 1 : 0;  // since Linux 4.20
  const auto error = SocketOptions(fd)
                         .set(SOL_SOCKET, SO_ATTACH_FILTER, filter)
                         .set(SOL_SOCKET, SO_TIMESTAMPNS, on)
                         .attempt(SOL_PACKET, PACKET_IGNORE_OUTGOING, deafToOwn)
                         .receiveBuffer(kReceiveBuffer)
                         .error();
  if (!error.ok()) return error;
  // Groups that this host has not joined, and unicast adverts of others that the port delivers.
  packet_mreq everything{};
  everything.mr_ifindex = static_cast<int>(ifIndex);
  everything.mr_type = PACKET_MR_ALLMULTI;
  return SocketOptions(fd).attempt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, everything).error();
}

// Binding is what makes it receive.
SysResult<sockaddr_ll> bindTo(int fd, unsigned ifIndex) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(ifIndex);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Errno::last();
  }
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return Errno::last();
  }
  return address;
}

}  // namespace

SysResult<FrameListener> FrameListener::open(const std::string& interfaceName, Hears hears) {
  // Protocol 0: nothing is received before it is set up.
  Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Errno::last();
  const auto ifIndex = ::if_nametoindex(interfaceName.c_str());
  if (ifIndex == 0) return Errno{ENODEV};
  if (const auto error = setUp(fd.get(), ifIndex, hears); !error.ok()) return error;
  const auto bound = bindTo(fd.get(), ifIndex);
  if (!bound) return bound.error();
  const auto& address = bound.value();
  const bool ethernet = address.sll_hatype == ARPHRD_ETHER || address.sll_hatype == ARPHRD_LOOPBACK;
  MacAddress mac;
  if (!ethernet || address.sll_halen != mac.bytes.size()) return Errno{EMEDIUMTYPE};
  std::copy_n(std::begin(address.sll_addr), mac.bytes.size(), mac.bytes.begin());
  return FrameListener(std::move(fd), IfIndex{ifIndex}, mac);
}

FrameListener::FrameListener(Fd fd, IfIndex ifIndex, MacAddress mac)
    : fd_(std::move(fd)), ifIndex_(ifIndex), mac_(mac), buffer_(kLargestFrame) {}

SysResult<std::optional<HeardFrame>> FrameListener::receive() {
  sockaddr_ll from{};
  std::array<std::byte, CMSG_SPACE(sizeof(timespec))> control{};
  iovec part{buffer_.data(), buffer_.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto count = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
  if (count < 0) {
    const auto error = Errno::last();
    if (error.wouldBlock() || error.number == EINTR) return std::optional<HeardFrame>();
    return error;
  }
  HeardFrame frame;
  frame.utcMicros = utcMicrosOf(message);
  frame.outgoing = from.sll_pkttype == PACKET_OUTGOING;
  frame.bytes = std::span(buffer_).first(static_cast<std::size_t>(count));
  return std::optional(frame);
}

std::uint32_t FrameListener::takeDropped() {
  tpacket_stats statistics{};
  socklen_t length = sizeof statistics;
  const int got = ::getsockopt(fd_.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &length);
  return got == 0 ? statistics.tp_drops : 0;
}

SysResult<> FrameListener::send(std::span<const std::uint8_t> frame) {
  if (::send(fd_.get(), frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    return Errno::last();
  }
  return Done{};
}

}  // namespace failoverd::os
