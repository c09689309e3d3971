// Netlink messages as bytes: what is right is understood, what is not leads nowhere.
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <vector>

#include "linux/netlink_reader.h"
#include "testing.h"
#include "wire_bytes.h"

namespace failoverd::os {
namespace {

using Bytes = std::vector<std::uint8_t>;
using wire::ip;

void append(Bytes& to, const void* from, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(from);
  to.insert(to.end(), bytes, bytes + size);
  while (to.size() % 4 != 0) to.push_back(0);
}

void attribute(Bytes& to, std::uint16_t type, const Bytes& value) {
  const nlattr header{static_cast<std::uint16_t>(4 + value.size()), type};
  append(to, &header, sizeof header);
  append(to, value.data(), value.size());
}

Bytes text(const char* from) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(from);
  return {bytes, bytes + std::strlen(from) + 1};
}

Bytes word(std::uint32_t value) {
  Bytes bytes;
  append(bytes, &value, sizeof value);
  return bytes;
}

Bytes bytesOf(const IpAddress& address) {
  return {address.bytes().begin(), address.bytes().end()};
}

template <class Head>
Bytes message(std::uint16_t type, const Head& head, const Bytes& attributes) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + sizeof head + attributes.size());
  header.nlmsg_type = type;
  header.nlmsg_seq = 7;
  Bytes bytes;
  append(bytes, &header, sizeof header);
  append(bytes, &head, sizeof head);
  append(bytes, attributes.data(), attributes.size());
  return bytes;
}

std::optional<KernelFact> firstFact(const Bytes& datagram) {
  NetlinkReader reader(datagram);
  const auto first = reader.next();
  return first ? parseFact(*first) : std::nullopt;
}

TEST_CASE("a link with all that is wanted of it") {
  ifinfomsg head{};
  head.ifi_index = 5;
  head.ifi_flags = IFF_UP | IFF_RUNNING | IFF_NOARP;
  Bytes attributes;
  attribute(attributes, IFLA_IFNAME, text("vrrp.51"));
  attribute(attributes, IFLA_ADDRESS, {0, 0, 0x5e, 0, 1, 51});
  attribute(attributes, IFLA_MTU, word(1400));
  attribute(attributes, IFLA_LINK, word(2));
  attribute(attributes, IFLA_MASTER, word(9));
  Bytes kind;
  attribute(kind, IFLA_INFO_KIND, text("macvlan"));
  attribute(attributes, IFLA_LINKINFO | NLA_F_NESTED, kind);
  const auto fact = firstFact(message(RTM_NEWLINK, head, attributes));
  REQUIRE(fact.has_value());
  EXPECT(std::get<LinkSeen>(*fact) == LinkSeen{.ifIndex = IfIndex(5),
                                               .name = ShortName::of("vrrp.51"),
                                               .up = true,
                                               .running = true,
                                               .noArp = true,
                                               .mac = wire::mac("00:00:5e:00:01:33"),
                                               .mtu = 1400,
                                               .kind = ShortName::of("macvlan"),
                                               .master = IfIndex(9),
                                               .parent = IfIndex(2),
                                               .forwards = std::nullopt});

  attribute(attributes, IFLA_LINK_NETNSID, word(0));
  const auto away = firstFact(message(RTM_NEWLINK, head, attributes));
  EXPECT(std::get<LinkSeen>(*away).parent == kNoInterface);
  EXPECT(std::get<LinkGone>(*firstFact(message(RTM_DELLINK, head, attributes))).ifIndex ==
         IfIndex(5));
  head.ifi_family = AF_BRIDGE;
  EXPECT(!firstFact(message(RTM_DELLINK, head, attributes)));
}

// As a kernel with VRF devices tells of an interface that is put into one: down, with its master,
// up.
TEST_CASE("an interface that is put into a VRF") {
  const auto told = [](std::uint32_t flags, std::optional<std::uint32_t> master) {
    ifinfomsg head{};
    head.ifi_index = 2;
    head.ifi_flags = flags;
    Bytes attributes;
    attribute(attributes, IFLA_IFNAME, text("eth0"));
    attribute(attributes, IFLA_ADDRESS, {2, 0, 0, 0, 0, 1});
    Bytes info;
    attribute(info, IFLA_INFO_KIND, text("veth"));
    if (master) {
      attribute(attributes, IFLA_MASTER, word(*master));
      Bytes port;
      attribute(port, IFLA_VRF_PORT_TABLE, word(10));
      attribute(info, IFLA_INFO_SLAVE_KIND, text("vrf"));
      attribute(info, IFLA_INFO_SLAVE_DATA, port);
    }
    attribute(attributes, IFLA_LINKINFO, info);
    const auto fact = firstFact(message(RTM_NEWLINK, head, attributes));
    REQUIRE(fact.has_value());
    return std::get<LinkSeen>(*fact);
  };
  const auto down = told(0, std::nullopt);
  EXPECT(!down.up);
  EXPECT(down.master == IfIndex());
  const auto moved = told(0, 7);
  EXPECT(moved.master == IfIndex(7));
  const auto up = told(IFF_UP | IFF_RUNNING, 7);
  EXPECT(up.up);
  EXPECT(up.name.view() == "eth0");
  EXPECT(up.master == IfIndex(7));
}

TEST_CASE("whether a link forwards IPv6 packets") {
  ifinfomsg head{};
  head.ifi_index = 5;
  const auto link = [&](std::optional<std::uint32_t> forwarding) {
    Bytes attributes;
    attribute(attributes, IFLA_IFNAME, text("eth0"));
    Bytes settings;
    if (forwarding) attribute(settings, IFLA_INET6_CONF, word(*forwarding));
    Bytes families;
    attribute(families, AF_INET6 | NLA_F_NESTED, settings);
    attribute(attributes, IFLA_AF_SPEC | NLA_F_NESTED, families);
    return std::get<LinkSeen>(*firstFact(message(RTM_NEWLINK, head, attributes))).forwards;
  };
  EXPECT(link(1) == true);
  EXPECT(link(0) == false);
  EXPECT(!link(std::nullopt).has_value());

  // Attributes begin at a multiple of four octets.
  struct {
    netconfmsg head{.ncm_family = AF_INET6};
    std::array<std::uint8_t, 3> padding{};
  } conf;
  Bytes attributes;
  attribute(attributes, NETCONFA_IFINDEX, word(5));
  attribute(attributes, NETCONFA_FORWARDING, word(1));
  const auto fact = firstFact(message(RTM_NEWNETCONF, conf, attributes));
  REQUIRE(fact.has_value());
  EXPECT(std::get<ForwardingSeen>(*fact) == ForwardingSeen{IfIndex(5), true});
  conf.head.ncm_family = AF_INET;
  EXPECT(!firstFact(message(RTM_NEWNETCONF, conf, attributes)));
  conf.head.ncm_family = AF_INET6;
  Bytes all;
  attribute(all, NETCONFA_IFINDEX, word(static_cast<std::uint32_t>(NETCONFA_IFINDEX_ALL)));
  attribute(all, NETCONFA_FORWARDING, word(1));
  EXPECT(!firstFact(message(RTM_NEWNETCONF, conf, all)));
}

TEST_CASE("an address: with a peer, its own flags and its mark") {
  ifaddrmsg head{};
  head.ifa_family = AF_INET;
  head.ifa_prefixlen = 32;
  head.ifa_index = 3;
  head.ifa_flags = 0xff;  // the old octet, which IFA_FLAGS overrules
  Bytes attributes;
  attribute(attributes, IFA_ADDRESS, bytesOf(ip("198.51.100.1")));
  attribute(attributes, IFA_LOCAL, bytesOf(ip("192.0.2.1")));
  attribute(attributes, IFA_FLAGS, word(IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE));
  attribute(attributes, 11, {kAddressMark});
  const auto seen = std::get<AddressSeen>(*firstFact(message(RTM_NEWADDR, head, attributes)));
  EXPECT(seen.address == ip("192.0.2.1"));
  EXPECT(seen.ifIndex == IfIndex(3));
  EXPECT(seen.prefixLength == 32);
  EXPECT(seen.flags == (IFA_F_SECONDARY | IFA_F_NOPREFIXROUTE));
  EXPECT(seen.secondary);
  EXPECT(!seen.tentative);
  EXPECT(seen.ours());
  const auto gone = std::get<AddressGone>(*firstFact(message(RTM_DELADDR, head, attributes)));
  EXPECT(gone == AddressGone{IfIndex(3), ip("192.0.2.1"), 32});
}

TEST_CASE("a temporary IPv6 address is no secondary one") {
  ifaddrmsg head{};
  head.ifa_family = AF_INET6;
  head.ifa_prefixlen = 64;
  head.ifa_flags = IFA_F_TEMPORARY | IFA_F_TENTATIVE;
  Bytes attributes;
  attribute(attributes, IFA_ADDRESS, bytesOf(ip("2001:db8::1")));
  const auto seen = std::get<AddressSeen>(*firstFact(message(RTM_NEWADDR, head, attributes)));
  EXPECT(!seen.secondary);
  EXPECT(seen.tentative);
  EXPECT(!seen.ours());
}

TEST_CASE("what makes no sense is no fact") {
  ifaddrmsg head{};
  head.ifa_family = AF_INET;
  head.ifa_prefixlen = 24;
  Bytes attributes;
  EXPECT(!firstFact(message(RTM_NEWADDR, head, attributes)));  // no address at all
  attribute(attributes, IFA_LOCAL, bytesOf(ip("2001:db8::1")));
  EXPECT(!firstFact(message(RTM_NEWADDR, head, attributes)));  // of the other family
  attributes.clear();
  attribute(attributes, IFA_LOCAL, bytesOf(ip("192.0.2.1")));
  EXPECT(firstFact(message(RTM_NEWADDR, head, attributes)));
  head.ifa_prefixlen = 33;
  EXPECT(!firstFact(message(RTM_NEWADDR, head, attributes)));
  head.ifa_family = AF_UNIX;
  EXPECT(!firstFact(message(RTM_NEWADDR, head, attributes)));
  ifinfomsg link{};
  link.ifi_index = 3;
  EXPECT(!firstFact(message(RTM_NEWLINK, link, {})));  // without a name
  EXPECT(!firstFact(message(RTM_NEWROUTE, head, attributes)));
}

TEST_CASE("every cut through a datagram is survived") {
  ifinfomsg head{};
  head.ifi_index = 5;
  Bytes attributes;
  attribute(attributes, IFLA_IFNAME, text("eth0"));
  attribute(attributes, IFLA_MTU, word(1500));
  const auto one = message(RTM_NEWLINK, head, attributes);
  auto both = one;
  both.insert(both.end(), one.begin(), one.end());
  for (std::size_t length = 0; length <= both.size(); ++length) {
    const Bytes cut(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(length));
    NetlinkReader reader(cut);
    std::size_t facts = 0;
    while (const auto next = reader.next()) facts += parseFact(*next) ? 1 : 0;
    EXPECT(facts == length / one.size());
  }
}

TEST_CASE("answers carry a positive errno") {
  const auto answer = [](std::int32_t code) {
    nlmsgerr body{};
    body.error = code;
    const auto bytes = message(NLMSG_ERROR, body, {});
    NetlinkReader reader(bytes);
    return parseAnswer(*reader.next());
  };
  EXPECT(answer(0) == 0);
  EXPECT(answer(-EEXIST) == EEXIST);
  EXPECT(!answer(1));
  EXPECT(!answer(INT32_MIN));
}

TEST_CASE("a name is cut at what an interface may have") {
  EXPECT(ShortName::of("eth0").view() == "eth0");
  EXPECT(ShortName::of(std::string_view("a\0b", 3)).view() == "a");
  EXPECT(ShortName::of("0123456789abcdefgh").view() == "0123456789abcde");
  EXPECT(ShortName::of("").view().empty());
}

}  // namespace
}  // namespace failoverd::os
