#include "linux/netlink_reader.h"

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace failoverd::os {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint16_t kIfaProto = 11;  // Linux 5.18; missing from older headers

// Everything in netlink is in host order and may stand anywhere: copied, never cast.
template <class T>
std::optional<T> valueAt(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// What follows the first `length` octets and the gap behind them.
Bytes after(Bytes bytes, std::size_t length) {
  return bytes.subspan(std::min(bytes.size(), std::size_t{NLMSG_ALIGN(length)}));
}

std::optional<MacAddress> macIn(const NetlinkAttribute& attribute) {
  MacAddress mac;
  if (attribute.value.size() != mac.bytes.size()) return std::nullopt;
  std::copy(attribute.value.begin(), attribute.value.end(), mac.bytes.begin());
  return mac;
}

ShortName kindIn(const NetlinkAttribute& linkInfo) {
  AttributeReader nested(linkInfo.value);
  while (const auto attribute = nested.next()) {
    if (attribute->type == IFLA_INFO_KIND) return attribute->shortName();
  }
  return {};
}

// IFLA_AF_SPEC of a link: its IPv6 settings, an array of integers.
std::optional<bool> forwardsIn(const NetlinkAttribute& spec) {
  AttributeReader families(spec.value);
  while (const auto family = families.next()) {
    if (family->type != AF_INET6) continue;
    AttributeReader attributes(family->value);
    while (const auto attribute = attributes.next()) {
      if (attribute->type != IFLA_INET6_CONF) continue;
      const auto settings = attribute->value;
      const auto at = sizeof(std::int32_t) * DEVCONF_FORWARDING;
      if (settings.size() < at) return std::nullopt;
      const auto setting = valueAt<std::int32_t>(settings.subspan(at));
      return setting ? std::optional(*setting != 0) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<KernelFact> parseForwarding(Bytes body) {
  const auto head = valueAt<netconfmsg>(body);
  if (!head || head->ncm_family != AF_INET6) return std::nullopt;
  std::int32_t ifIndex = 0;
  std::optional<std::uint32_t> setting;
  AttributeReader attributes(after(body, sizeof(netconfmsg)));
  while (const auto attribute = attributes.next()) {
    if (attribute->type == NETCONFA_IFINDEX) {
      ifIndex = valueAt<std::int32_t>(attribute->value).value_or(0);
    }
    if (attribute->type == NETCONFA_FORWARDING) setting = attribute->u32();
  }
  // Negative ones stand for all links and for those to come.
  if (ifIndex <= 0 || !setting) return std::nullopt;
  return ForwardingSeen{IfIndex(static_cast<std::uint32_t>(ifIndex)), *setting != 0};
}

std::optional<KernelFact> parseLink(Bytes body, bool gone) {
  const auto head = valueAt<ifinfomsg>(body);
  // Bridges tell of their ports under AF_BRIDGE; that is not the life of a link.
  if (!head || head->ifi_family != AF_UNSPEC || head->ifi_index <= 0) return std::nullopt;
  const IfIndex ifIndex(static_cast<std::uint32_t>(head->ifi_index));
  if (gone) return LinkGone{ifIndex};
  LinkSeen link;
  link.ifIndex = ifIndex;
  link.up = (head->ifi_flags & IFF_UP) != 0;
  link.running = (head->ifi_flags & IFF_RUNNING) != 0;
  link.noArp = (head->ifi_flags & IFF_NOARP) != 0;
  bool foreignParent = false;
  AttributeReader attributes(after(body, sizeof(ifinfomsg)));
  while (const auto attribute = attributes.next()) {
    if (attribute->type == IFLA_IFNAME) link.name = attribute->shortName();
    if (attribute->type == IFLA_ADDRESS) link.mac = macIn(*attribute);
    if (attribute->type == IFLA_MTU) link.mtu = attribute->u32().value_or(0);
    if (attribute->type == IFLA_MASTER) link.master = IfIndex(attribute->u32().value_or(0));
    if (attribute->type == IFLA_LINK) link.parent = IfIndex(attribute->u32().value_or(0));
    if (attribute->type == IFLA_LINK_NETNSID) foreignParent = true;
    if (attribute->type == IFLA_LINKINFO) link.kind = kindIn(*attribute);
    if (attribute->type == IFLA_AF_SPEC) link.forwards = forwardsIn(*attribute);
  }
  if (link.name.view().empty()) return std::nullopt;
  // An index means nothing in another namespace; a link that is its own parent has none.
  if (foreignParent || link.parent == ifIndex) link.parent = kNoInterface;
  return link;
}

struct AddressParts {
  std::optional<IpAddress> local;
  std::optional<IpAddress> address;
  std::optional<std::uint32_t> flags;
  std::uint8_t proto = 0;
};

AddressParts readAddress(Bytes attributes) {
  AddressParts parts;
  AttributeReader reader(attributes);
  while (const auto attribute = reader.next()) {
    if (attribute->type == IFA_LOCAL) parts.local = IpAddress::fromBytes(attribute->value);
    if (attribute->type == IFA_ADDRESS) parts.address = IpAddress::fromBytes(attribute->value);
    if (attribute->type == IFA_FLAGS) parts.flags = attribute->u32();
    if (attribute->type == kIfaProto) parts.proto = attribute->u8().value_or(0);
  }
  return parts;
}

std::optional<KernelFact> parseAddress(Bytes body, bool gone) {
  const auto head = valueAt<ifaddrmsg>(body);
  if (!head || (head->ifa_family != AF_INET && head->ifa_family != AF_INET6)) return std::nullopt;
  const auto parts = readAddress(after(body, sizeof(ifaddrmsg)));
  // With a peer, IFA_LOCAL is ours and IFA_ADDRESS the peer's; IPv6 without one has no IFA_LOCAL.
  const auto& ours = parts.local ? parts.local : parts.address;
  const bool isV4 = head->ifa_family == AF_INET;
  if (!ours || ours->isV4() != isV4 || head->ifa_prefixlen > ours->size() * 8) return std::nullopt;
  const IfIndex ifIndex(head->ifa_index);
  if (gone) return AddressGone{ifIndex, *ours, head->ifa_prefixlen};
  const std::uint32_t flags = parts.flags.value_or(head->ifa_flags);
  AddressSeen seen;
  seen.ifIndex = ifIndex;
  seen.address = *ours;
  seen.prefixLength = head->ifa_prefixlen;
  seen.flags = flags;
  seen.scope = head->ifa_scope;
  // The bit means "temporary" (RFC 8981) on IPv6.
  seen.secondary = isV4 && (flags & IFA_F_SECONDARY) != 0;
  seen.tentative = (flags & IFA_F_TENTATIVE) != 0;
  seen.duplicate = (flags & IFA_F_DADFAILED) != 0;
  seen.proto = parts.proto;
  return seen;
}

}  // namespace

std::optional<NetlinkMessage> NetlinkReader::next() {
  const auto header = valueAt<nlmsghdr>(rest_);
  if (!header || header->nlmsg_len < sizeof(nlmsghdr) || header->nlmsg_len > rest_.size()) {
    rest_ = {};
    return std::nullopt;
  }
  const NetlinkMessage message{header->nlmsg_type, header->nlmsg_flags, header->nlmsg_seq,
                               rest_.first(header->nlmsg_len).subspan(sizeof(nlmsghdr))};
  rest_ = after(rest_, header->nlmsg_len);
  return message;
}

std::optional<NetlinkAttribute> AttributeReader::next() {
  const auto header = valueAt<nlattr>(rest_);
  if (!header || header->nla_len < NLA_HDRLEN || header->nla_len > rest_.size()) {
    rest_ = {};
    return std::nullopt;
  }
  const NetlinkAttribute attribute{static_cast<std::uint16_t>(header->nla_type & NLA_TYPE_MASK),
                                   rest_.first(header->nla_len).subspan(NLA_HDRLEN)};
  rest_ = after(rest_, header->nla_len);
  return attribute;
}

std::optional<std::uint8_t> NetlinkAttribute::u8() const {
  return valueAt<std::uint8_t>(value);
}

std::optional<std::uint32_t> NetlinkAttribute::u32() const {
  return valueAt<std::uint32_t>(value);
}

ShortName NetlinkAttribute::shortName() const {
  return ShortName::of({reinterpret_cast<const char*>(value.data()), value.size()});
}

std::optional<KernelFact> parseFact(const NetlinkMessage& message) {
  switch (message.type) {
    case RTM_NEWLINK:
      return parseLink(message.body, false);
    case RTM_DELLINK:
      return parseLink(message.body, true);
    case RTM_NEWNETCONF:
      return parseForwarding(message.body);
    case RTM_NEWADDR:
      return parseAddress(message.body, false);
    case RTM_DELADDR:
      return parseAddress(message.body, true);
    default:
      return std::nullopt;
  }
}

std::optional<int> parseAnswer(const NetlinkMessage& message) {
  if (message.type != NLMSG_ERROR) return std::nullopt;
  const auto code = valueAt<std::int32_t>(message.body);
  // The kernel's are negative; anything else would be no answer of the kernel.
  if (!code || *code > 0 || *code < -4095) return std::nullopt;
  return -*code;
}

}  // namespace failoverd::os
