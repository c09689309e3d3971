#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <span>

#include "linux/kernel_facts.h"

// Reads netlink messages from plain bytes. Nothing here trusts a length; fuzzed.
namespace failoverd::os {

struct NetlinkMessage {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::span<const std::uint8_t> body;  // after the header
};

// Walks over the messages of one datagram.
class NetlinkReader {
 public:
  NetlinkReader() = default;
  explicit NetlinkReader(std::span<const std::uint8_t> datagram) : rest_(datagram) {}

  // Nothing at the end, and from the first message on that does not fit.
  std::optional<NetlinkMessage> next();

 private:
  std::span<const std::uint8_t> rest_;
};

struct NetlinkAttribute {
  std::uint16_t type = 0;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
  std::span<const std::uint8_t> value;

  [[nodiscard]] std::optional<std::uint8_t> u8() const;
  [[nodiscard]] std::optional<std::uint32_t> u32() const;  // host order
  [[nodiscard]] ShortName shortName() const;
};

class AttributeReader {
 public:
  explicit AttributeReader(std::span<const std::uint8_t> attributes) : rest_(attributes) {}
  std::optional<NetlinkAttribute> next();

 private:
  std::span<const std::uint8_t> rest_;
};

// The fact in an RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR or RTM_DELADDR; nothing for any other
// message, for what makes no sense, and for news about bridge ports (AF_BRIDGE).
std::optional<KernelFact> parseFact(const NetlinkMessage& message);

// An NLMSG_ERROR's errno, positive; 0 for an acknowledgement. Nothing: not such a message.
std::optional<int> parseAnswer(const NetlinkMessage& message);

}  // namespace failoverd::os
