#include "linux/probe_socket.h"

#include <arpa/inet.h>
#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include "linux/socket_address.h"
#include "linux/socket_options.h"
#include "wire/arp.h"
#include "wire/probe.h"

namespace failoverd::os {
namespace {

constexpr std::size_t kPacketSize = 256;  // more of an answer is not looked at
constexpr int kMostInOneGo = 64;
constexpr int kNeighborHopLimit = 255;  // RFC 4861 §7.1.2
constexpr std::size_t kLeastIpv4Header = 20;

int openFor(ProbeKind kind, Family family) {
  constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  if (family == Family::ipv6) return ::socket(AF_INET6, SOCK_RAW | kFlags, IPPROTO_ICMPV6);
  if (kind == ProbeKind::echo) return ::socket(AF_INET, SOCK_RAW | kFlags, IPPROTO_ICMP);
  return ::socket(AF_PACKET, SOCK_RAW | kFlags, htons(ETH_P_ARP));
}

// Different for every socket of this network, nearly always; the address is compared as well.
std::uint16_t nextIdentifier() {
  static std::uint16_t next = static_cast<std::uint16_t>(::getpid());
  return ++next;
}

std::span<const std::uint8_t> behindIpv4(std::span<const std::uint8_t> packet) {
  if (packet.size() < kLeastIpv4Header) return {};
  const std::size_t header = static_cast<std::size_t>(packet[0] & 0x0fU) * 4;
  return header <= packet.size() ? packet.subspan(header) : std::span<const std::uint8_t>{};
}

// The hop limit that an IPv6 packet came with; 0 when the kernel does not say.
int hopLimitOf(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != IPPROTO_IPV6 || part->cmsg_type != IPV6_HOPLIMIT) continue;
    int limit = 0;
    std::memcpy(&limit, CMSG_DATA(part), sizeof limit);
    return limit;
  }
  return 0;
}

}  // namespace

SysResult<ProbeSocket> ProbeSocket::open(ProbeKind kind, const IpAddress& target,
                                         std::string_view interface) {
  Fd fd(openFor(kind, target.family()));
  if (!fd.valid()) return Errno::last();
  ProbeSocket made(kind, target, std::move(fd));
  made.identifier_ = nextIdentifier();
  if (!interface.empty()) {
    const auto found = made.lookUp(interface);
    if (!found) return found.error();
  }
  const auto done = made.restrict(interface);
  if (!done) return done.error();
  return made;
}

SysResult<> ProbeSocket::lookUp(std::string_view interface) {
  ifreq request{};
  if (interface.size() >= sizeof request.ifr_name) return Errno{ENODEV};
  interface.copy(request.ifr_name, interface.size());
  if (::ioctl(fd_.get(), SIOCGIFINDEX, &request) != 0) return Errno::last();
  ifIndex_ = IfIndex{static_cast<std::uint32_t>(request.ifr_ifindex)};
  if (kind_ == ProbeKind::echo) return Done{};
  if (::ioctl(fd_.get(), SIOCGIFHWADDR, &request) != 0) return Errno::last();
  std::memcpy(mac_.bytes.data(), request.ifr_hwaddr.sa_data, mac_.bytes.size());
  return Done{};
}

SysResult<> ProbeSocket::restrict(std::string_view interface) {
  if (kind_ == ProbeKind::neighbor && target_.isV4()) {
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_ARP);
    at.sll_ifindex = static_cast<int>(ifIndex_.value);
    const auto* address = reinterpret_cast<const sockaddr*>(&at);
    if (::bind(fd_.get(), address, sizeof at) != 0) return Errno::last();
    return Done{};
  }
  const std::string name(interface);
  if (!name.empty() && ::setsockopt(fd_.get(), SOL_SOCKET, SO_BINDTODEVICE, name.c_str(),
                                    static_cast<socklen_t>(name.size())) != 0) {
    return Errno::last();
  }
  if (!target_.isV4()) return restrictV6();
  icmp_filter filter{};
  filter.data = ~(1U << ICMP_ECHOREPLY);
  const auto refused = SocketOptions(fd_.get()).set(SOL_RAW, ICMP_FILTER, filter).error();
  if (!refused.ok()) return refused;
  return Done{};
}

SysResult<> ProbeSocket::restrictV6() {
  icmp6_filter filter{};
  ICMP6_FILTER_SETBLOCKALL(&filter);
  ICMP6_FILTER_SETPASS(kind_ == ProbeKind::echo ? ICMP6_ECHO_REPLY : ND_NEIGHBOR_ADVERT, &filter);
  SocketOptions options(fd_.get());
  options.set(IPPROTO_ICMPV6, ICMP6_FILTER, filter);
  if (kind_ == ProbeKind::neighbor) {
    options.set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kNeighborHopLimit)
        .set(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
  }
  if (!options.error().ok()) return options.error();
  return Done{};
}

SysResult<> ProbeSocket::ask(std::uint16_t sequence) {
  std::array<std::uint8_t, wire::kGratuitousArpSize> bytes;  // the longest of them
  if (kind_ == ProbeKind::echo) {
    const auto size = wire::emitEchoRequest(target_.family(), {identifier_, sequence}, bytes);
    return send(std::span(bytes).first(size));
  }
  isAnswered(sequence);  // An answer to an earlier question is none to this one.
  const auto size = target_.isV4() ? wire::emitArpProbe(mac_, target_, bytes)
                                   : wire::emitNeighborSolicit(mac_, target_, bytes);
  return send(std::span(bytes).first(size));
}

SysResult<> ProbeSocket::send(std::span<const std::uint8_t> bytes) {
  ssize_t sent = 0;
  if (kind_ == ProbeKind::neighbor && target_.isV4()) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_protocol = htons(ETH_P_ARP);
    to.sll_ifindex = static_cast<int>(ifIndex_.value);
    sent = ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    const bool solicits = kind_ == ProbeKind::neighbor;
    const SocketAddress to(solicits ? wire::solicitedNode(target_) : target_, ifIndex_);
    sent = ::sendto(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to.get(), to.length());
  }
  if (sent < 0) return Errno::last();
  return Done{};
}

bool ProbeSocket::isAnswered(std::uint16_t sequence) {
  bool answered = false;
  for (int i = 0; i < kMostInOneGo; ++i) {
    std::array<std::uint8_t, kPacketSize> packet;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control;
    sockaddr_storage from{};
    iovec part{packet.data(), packet.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto size = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT);
    if (size < 0) {
      // What a host or router on the way said to an earlier question is read like a packet.
      const auto error = Errno::last();
      if (error.wouldBlock()) break;
      continue;
    }
    const bool near =
        kind_ == ProbeKind::echo || target_.isV4() || hopLimitOf(message) == kNeighborHopLimit;
    const auto bytes = std::span(packet).first(static_cast<std::size_t>(size));
    answered = (near && isAnswer(bytes, sequence)) || answered;
  }
  return answered;
}

bool ProbeSocket::isAnswer(std::span<const std::uint8_t> packet, std::uint16_t sequence) const {
  if (kind_ == ProbeKind::neighbor) {
    if (!target_.isV4()) return wire::isNeighborAdvertOf(target_, packet);
    const auto claim = wire::parseArpClaim(packet);
    return claim && claim.value().reply && claim.value().address == target_;
  }
  const auto icmp = target_.isV4() ? behindIpv4(packet) : packet;
  const auto reply = wire::parseEchoReply(target_.family(), icmp);
  return reply && reply->identifier == identifier_ && reply->sequence == sequence;
}

}  // namespace failoverd::os
