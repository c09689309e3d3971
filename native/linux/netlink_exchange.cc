#include "linux/netlink_exchange.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstring>

#include "linux/await_readable.h"
#include "linux/clock.h"
#include "linux/netlink_reader.h"
#include "linux/netlink_socket.h"

namespace failoverd::os {
namespace {

constexpr std::uint32_t kReceiveBuffer = 1U << 20;
constexpr std::size_t kBufferSize = 65536;

std::vector<std::uint8_t> whole(const NetlinkMessage& message) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + message.body.size());
  header.nlmsg_type = message.type;
  header.nlmsg_flags = message.flags;
  std::vector<std::uint8_t> bytes(header.nlmsg_len);
  std::memcpy(bytes.data(), &header, sizeof header);
  std::memcpy(bytes.data() + sizeof header, message.body.data(), message.body.size());
  return bytes;
}

// true: that was the last of it.
bool take(const NetlinkMessage& message, NetlinkReply& reply) {
  if (message.type == NLMSG_DONE) return true;
  if (const auto answer = parseAnswer(message)) {
    reply.errorNumber = *answer;
    return true;
  }
  reply.messages.push_back(whole(message));
  return false;
}

}  // namespace

SysResult<NetlinkReply> exchange(int protocol, std::span<const std::uint8_t> message,
                                 Duration limit) {
  nlmsghdr header{};
  if (message.size() < sizeof header) return Errno{EINVAL};
  std::memcpy(&header, message.data(), sizeof header);
  if (header.nlmsg_len != message.size()) return Errno{EINVAL};
  const auto fd = openNetlink(protocol, 0, kReceiveBuffer);
  if (!fd) return fd.error();
  header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  std::vector<std::uint8_t> request(message.begin(), message.end());
  std::memcpy(request.data(), &header, sizeof header);
  if (const auto sent = sendNetlink(fd.value().get(), request); !sent) return sent.error();
  const auto deadline = now() + limit;
  std::vector<std::uint8_t> buffer(kBufferSize);
  NetlinkReply reply;
  for (;;) {
    const auto datagram = receiveNetlink(fd.value().get(), buffer);
    if (!datagram) return datagram.error();
    if (!datagram.value()) {
      if (const auto waited = awaitReadable(fd.value().get(), deadline); !waited)
        return waited.error();
      continue;
    }
    NetlinkReader reader(*datagram.value());
    while (const auto part = reader.next()) {
      if (take(*part, reply)) return reply;
    }
  }
}

}  // namespace failoverd::os
