#include "linux/netlink_monitor.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "linux/netlink_socket.h"

namespace failoverd::os {
namespace {

constexpr std::optional<KernelFact> kNothing;
constexpr std::uint32_t kForwarding = 1U << (RTNLGRP_IPV6_NETCONF - 1U);
constexpr std::uint32_t kGroups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | kForwarding;
constexpr std::uint16_t kDump = NLM_F_REQUEST | NLM_F_DUMP;

struct ListLinks {
  nlmsghdr header{};
  ifinfomsg body{};
  nlattr maskHeader{};
  std::uint32_t mask = 0;
};

struct ListAddresses {
  nlmsghdr header{};
  ifaddrmsg body{};
};

template <class Request>
SysResult<> send(int fd, Request& request, std::uint16_t type, std::uint32_t sequence) {
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = kDump;
  request.header.nlmsg_seq = sequence;
  return sendNetlink(fd, {reinterpret_cast<const std::uint8_t*>(&request), sizeof request});
}

SysResult<> askForLinks(int fd, std::uint32_t sequence) {
  ListLinks request;
  request.maskHeader.nla_len = NLA_HDRLEN + sizeof request.mask;
  request.maskHeader.nla_type = IFLA_EXT_MASK;
  request.mask = RTEXT_FILTER_SKIP_STATS;
  return send(fd, request, RTM_GETLINK, sequence);
}

SysResult<> askForAddresses(int fd, std::uint32_t sequence) {
  ListAddresses request;
  return send(fd, request, RTM_GETADDR, sequence);
}

}  // namespace

SysResult<NetlinkMonitor> NetlinkMonitor::open(std::uint32_t receiveBuffer) {
  auto fd = openNetlink(NETLINK_ROUTE, kGroups, receiveBuffer);
  if (!fd) return fd.error();
  return NetlinkMonitor(std::move(fd.value()));
}

NetlinkMonitor::NetlinkMonitor(Fd fd)
    : fd_(std::move(fd)), buffer_(std::make_unique<std::uint8_t[]>(kBufferSize)) {}

SysResult<> NetlinkMonitor::requestList() {
  if (stage_ != Stage::idle) {
    again_ = true;
    return Done{};
  }
  return ask(Stage::links);
}

SysResult<> NetlinkMonitor::ask(Stage stage) {
  ++sequence_;
  interrupted_ = false;
  const auto asked = stage == Stage::links ? askForLinks(fd_.get(), sequence_)
                                           : askForAddresses(fd_.get(), sequence_);
  stage_ = asked ? stage : Stage::idle;
  return asked;
}

NetlinkMonitor::Next NetlinkMonitor::next() {
  for (;;) {
    while (const auto message = unread_.next()) {
      auto found = judge(*message);
      if (!found || found.value()) return found;
    }
    const auto datagram = receiveNetlink(fd_.get(), {buffer_.get(), kBufferSize});
    if (!datagram) {
      if (datagram.error().number != ENOBUFS) return datagram.error();
      // Until the socket has been read empty, the kernel goes on dropping and does not say so
      // again: an Overrun told now would be answered by a listing with holes behind it.
      overrun_ = true;
      continue;
    }
    if (!datagram.value()) return drained();
    unread_ = NetlinkReader(*datagram.value());
  }
}

std::optional<KernelFact> NetlinkMonitor::drained() {
  if (!overrun_) return std::nullopt;
  overrun_ = false;
  return Overrun{};
}

NetlinkMonitor::Next NetlinkMonitor::judge(const NetlinkMessage& message) {
  const bool ofListing = stage_ != Stage::idle && message.sequence == sequence_;
  if (ofListing && (message.flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
  if (message.type == NLMSG_DONE) return ofListing ? finishStage() : Next(kNothing);
  if (const auto refusal = parseAnswer(message)) {
    if (!ofListing || *refusal == 0) return kNothing;
    stage_ = Stage::idle;
    return Errno{*refusal};
  }
  return parseFact(message);
}

NetlinkMonitor::Next NetlinkMonitor::finishStage() {
  const auto finished = stage_;
  stage_ = Stage::idle;
  if (!again_ && !interrupted_ && finished == Stage::addresses) {
    // After a loss the list has holes; Overrun will say so.
    if (overrun_) return kNothing;
    return std::optional<KernelFact>(ListComplete{});
  }
  auto following = finished;  // interrupted: the same once more
  if (again_) {
    following = Stage::links;
  } else if (!interrupted_) {
    following = Stage::addresses;
  }
  again_ = false;
  const auto asked = ask(following);
  if (!asked) return asked.error();
  return kNothing;
}

}  // namespace failoverd::os
