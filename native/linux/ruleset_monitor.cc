#include "linux/ruleset_monitor.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "linux/netlink_reader.h"
#include "linux/netlink_socket.h"
#include "linux/socket_options.h"

namespace failoverd::os {
namespace {

// For a few messages, which all say the same.
constexpr std::uint32_t kReceiveBuffer = 8192;
constexpr std::size_t kMessageSize = 512;
constexpr std::uint32_t kGroups = 1U << (NFNLGRP_NFTABLES - 1);
constexpr std::uint16_t kNewGeneration = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_NEWGEN;

Errno setUp(int fd) {
  constexpr std::uint32_t type = offsetof(nlmsghdr, nlmsg_type);
  // The filter loads in network order what netlink has in host order.
  const std::array<sock_filter, 4> program{{
      {BPF_LD | BPF_H | BPF_ABS, 0, 0, type},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, htons(kNewGeneration)},
      {BPF_RET | BPF_K, 0, 0, 0xffffffff},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  const sock_fprog attached{program.size(), const_cast<sock_filter*>(program.data())};
  const int on = 1;
  return SocketOptions(fd)
      .set(SOL_SOCKET, SO_ATTACH_FILTER, attached)
      .set(SOL_NETLINK, NETLINK_NO_ENOBUFS, on)
      .error();
}

ShortName programOf(const NetlinkMessage& message) {
  if (message.body.size() < sizeof(nfgenmsg)) return {};
  AttributeReader reader(message.body.subspan(sizeof(nfgenmsg)));
  while (const auto attribute = reader.next()) {
    if (attribute->type == NFTA_GEN_PROC_NAME) return attribute->shortName();
  }
  return {};
}

}  // namespace

SysResult<RulesetMonitor> RulesetMonitor::open() {
  auto fd = openNetlink(NETLINK_NETFILTER, kGroups, kReceiveBuffer);
  if (!fd) return fd.error();
  if (const auto error = setUp(fd.value().get()); !error.ok()) return error;
  return RulesetMonitor(std::move(fd.value()));
}

SysResult<std::optional<RulesetChange>> RulesetMonitor::next() {
  std::array<std::uint8_t, kMessageSize> buffer;
  for (;;) {
    const auto datagram = receiveNetlink(fd_.get(), buffer);
    if (!datagram) {
      // From before the filter stood.
      if (datagram.error().number == ENOBUFS) return std::optional(RulesetChange());
      return datagram.error();
    }
    if (!datagram.value()) return std::optional<RulesetChange>();
    NetlinkReader reader(*datagram.value());
    while (const auto message = reader.next()) {
      if (message->type == kNewGeneration) return std::optional(RulesetChange{programOf(*message)});
    }
  }
}

}  // namespace failoverd::os
