#include "linux/frame_socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace failoverd::os {
namespace {

constexpr std::size_t kTypeOffset = 12;  // of the EtherType in the frame, network order

sockaddr_ll addressOf(const OutgoingFrame& frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(frame.ifIndex.value);
  if (frame.bytes.size() >= kTypeOffset + sizeof to.sll_protocol) {
    std::memcpy(&to.sll_protocol, frame.bytes.data() + kTypeOffset, sizeof to.sll_protocol);
  }
  return to;
}

bool isFull(Errno error) {
  return error.number == EAGAIN || error.number == ENOBUFS;
}

}  // namespace

SysResult<FrameSocket> FrameSocket::open() {
  // Protocol 0: no frame is ever received.
  Fd fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return Errno::last();
  return FrameSocket(std::move(fd));
}

FrameSocket::Sent FrameSocket::sendBatch(std::span<const OutgoingFrame> frames) {
  std::array<mmsghdr, kSendBatch> messages;
  std::array<sockaddr_ll, kSendBatch> to;
  std::array<iovec, kSendBatch> parts;
  Sent sent;
  while (sent.taken < frames.size()) {
    const auto batch = frames.subspan(sent.taken, std::min(kSendBatch, frames.size() - sent.taken));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      to[i] = addressOf(batch[i]);
      parts[i] = {const_cast<std::uint8_t*>(batch[i].bytes.data()), batch[i].bytes.size()};
      auto& message = messages[i].msg_hdr;
      message = {};
      message.msg_name = &to[i];
      message.msg_namelen = sizeof to[i];
      message.msg_iov = &parts[i];
      message.msg_iovlen = 1;
    }
    const int count = ::sendmmsg(fd_.get(), messages.data(), static_cast<unsigned>(batch.size()),
                                 MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) {
      sent.taken += static_cast<std::size_t>(count);
      continue;
    }
    const auto error = Errno::last();
    if (error.number == EINTR) continue;
    if (isFull(error)) {
      sent.stopped = error;
      return sent;
    }
    ++sent.taken;
    ++sent.failed;
    sent.lastFailure = error;
  }
  return sent;
}

}  // namespace failoverd::os
