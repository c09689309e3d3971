#include "linux/object_monitor.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstring>

#include "linux/netlink_socket.h"
#include "linux/socket_options.h"

namespace failoverd::os {
namespace {

constexpr std::uint32_t kReceiveBuffer = 1U << 20;
constexpr std::uint32_t kGroups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_RULE | RTMGRP_IPV6_ROUTE |
                                  (1U << (RTNLGRP_IPV6_RULE - 1)) | RTMGRP_TC;

SysResult<> filter(int fd) {
  constexpr std::uint32_t type = offsetof(nlmsghdr, nlmsg_type);
  constexpr std::uint32_t protocol = NLMSG_HDRLEN + offsetof(rtmsg, rtm_protocol);
  // The filter loads in network order what netlink has in host order.
  const std::array<sock_filter, 9> program{{
      {BPF_LD | BPF_H | BPF_ABS, 0, 0, type},
      {BPF_JMP | BPF_JEQ | BPF_K, 5, 0, htons(RTM_DELRULE)},
      {BPF_JMP | BPF_JEQ | BPF_K, 4, 0, htons(RTM_DELTFILTER)},
      {BPF_JMP | BPF_JEQ | BPF_K, 3, 0, htons(RTM_DELQDISC)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, htons(RTM_DELROUTE)},
      {BPF_LD | BPF_B | BPF_ABS, 0, 0, protocol},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, kRouteProtocol},
      {BPF_RET | BPF_K, 0, 0, 0xffffffff},
      {BPF_RET | BPF_K, 0, 0, 0},
  }};
  const sock_fprog attached{program.size(), const_cast<sock_filter*>(program.data())};
  const auto error = SocketOptions(fd).set(SOL_SOCKET, SO_ATTACH_FILTER, attached).error();
  if (!error.ok()) return error;
  return Done{};
}

template <class T>
std::optional<T> headOf(std::span<const std::uint8_t> body) {
  T head{};
  if (body.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, body.data(), sizeof head);
  return head;
}

std::optional<IpAddress> nowhere(std::uint8_t family) {
  constexpr std::array<std::uint8_t, 16> zeros{};
  if (family == AF_INET) return IpAddress::fromBytes(std::span(zeros).first<4>());
  if (family == AF_INET6) return IpAddress::fromBytes(zeros);
  return std::nullopt;
}

// RTA_* and FRA_* agree in the numbers of destination and table.
static_assert(int{RTA_DST} == int{FRA_DST} && int{RTA_TABLE} == int{FRA_TABLE});

std::optional<ObjectGone> read(std::span<const std::uint8_t> attributes, ObjectGone gone,
                               std::uint16_t priority) {
  AttributeReader reader(attributes);
  while (const auto attribute = reader.next()) {
    if (attribute->type == RTA_DST) {
      const auto address = IpAddress::fromBytes(attribute->value);
      if (!address) return std::nullopt;
      gone.destination = *address;
    } else if (attribute->type == RTA_TABLE) {
      gone.table = attribute->u32().value_or(gone.table);
    } else if (attribute->type == priority) {
      gone.priority = attribute->u32().value_or(0);
    }
  }
  return gone;
}

// Filters of arriving frames hang on the queueing discipline "clsact" (or "ingress").
std::optional<ObjectGone> filterGone(const NetlinkMessage& message) {
  const auto head = headOf<tcmsg>(message.body);
  const auto nothing = nowhere(AF_INET);
  if (!head || !nothing) return std::nullopt;
  const bool one = message.type == RTM_DELTFILTER;
  const auto arriving = one ? std::uint32_t{TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)} : TC_H_CLSACT;
  if (head->tcm_parent != arriving) return std::nullopt;
  const auto priority = one ? head->tcm_info >> 16 : 0;
  return ObjectGone{ObjectGone::What::filter, *nothing, 0,
                    static_cast<std::uint32_t>(head->tcm_ifindex), priority};
}

std::optional<ObjectGone> parse(const NetlinkMessage& message) {
  if (message.type == RTM_DELTFILTER || message.type == RTM_DELQDISC) return filterGone(message);
  if (message.type == RTM_DELROUTE) {
    const auto head = headOf<rtmsg>(message.body);
    const auto zero = head ? nowhere(head->rtm_family) : std::nullopt;
    if (!zero) return std::nullopt;
    return read(message.body.subspan(sizeof(rtmsg)),
                {ObjectGone::What::route, *zero, head->rtm_dst_len, head->rtm_table, 0},
                RTA_PRIORITY);
  }
  if (message.type != RTM_DELRULE) return std::nullopt;
  const auto head = headOf<fib_rule_hdr>(message.body);
  const auto zero = head ? nowhere(head->family) : std::nullopt;
  if (!zero) return std::nullopt;
  return read(message.body.subspan(sizeof(fib_rule_hdr)),
              {ObjectGone::What::rule, *zero, head->dst_len, head->table, 0}, FRA_PRIORITY);
}

}  // namespace

SysResult<ObjectMonitor> ObjectMonitor::open() {
  auto fd = openNetlink(NETLINK_ROUTE, kGroups, kReceiveBuffer);
  if (!fd) return fd.error();
  if (const auto filtered = filter(fd.value().get()); !filtered) return filtered.error();
  return ObjectMonitor(std::move(fd.value()));
}

ObjectMonitor::ObjectMonitor(Fd fd)
    : fd_(std::move(fd)), buffer_(std::make_unique<std::uint8_t[]>(kBufferSize)) {}

SysResult<std::optional<ObjectGone>> ObjectMonitor::next() {
  for (;;) {
    while (const auto message = unread_.next()) {
      if (auto gone = parse(*message)) return gone;
    }
    const auto datagram = receiveNetlink(fd_.get(), {buffer_.get(), kBufferSize});
    if (!datagram) return datagram.error();
    if (!datagram.value()) return std::optional<ObjectGone>();
    unread_ = NetlinkReader(*datagram.value());
  }
}

}  // namespace failoverd::os
