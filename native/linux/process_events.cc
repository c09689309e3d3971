#include "linux/process_events.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "linux/connector_socket.h"

namespace failoverd::os {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The bell need not hold more than its first stroke.
constexpr std::uint32_t kBellBuffer = 64U << 10;

}  // namespace

std::optional<ProcessNews> parseProcessEvent(Bytes datagram) {
  namespace event = process_event;
  if (!isProcessEvent(datagram)) return std::nullopt;
  const auto pid = wordAt(datagram, event::kPid);
  const auto tgid = wordAt(datagram, event::kTgid);
  if (!pid || !tgid) return std::nullopt;
  switch (*wordAt(datagram, event::kWhat)) {
    case event::kExec:
      return ProcessExecuted{*tgid};
    case event::kComm:
      if (*pid != *tgid) return std::nullopt;
      return ProcessRenamed{*pid};
    case event::kFork: {
      const auto child = wordAt(datagram, event::kChildPid);
      if (!child || child != wordAt(datagram, event::kChildTgid)) return std::nullopt;
      return ProcessForked{*wordAt(datagram, event::kParentTgid), *child};
    }
    default:
      return std::nullopt;
  }
}

// One system call brings several events, so that a storm of forks costs little.
struct ProcessEvents::Batch {
  static constexpr std::size_t kSize = 32;
  static constexpr std::size_t kDatagram = 128;

  struct Slot {
    std::array<std::uint8_t, kDatagram> bytes;
    sockaddr_nl from;
    iovec part;
  };
  std::array<Slot, kSize> slots{};
  std::array<mmsghdr, kSize> messages{};
  std::size_t next = 0;
  std::size_t filled = 0;
  bool lost = false;

  Batch() {
    for (std::size_t i = 0; i < kSize; ++i) {
      slots[i].part = {slots[i].bytes.data(), kDatagram};
      messages[i].msg_hdr.msg_iov = &slots[i].part;
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_name = &slots[i].from;
    }
  }

  // What poll(2) and errno say about it; 0 with nothing filled: the socket is empty.
  Errno fill(int fd) {
    for (auto& message : messages) message.msg_hdr.msg_namelen = sizeof(sockaddr_nl);
    next = 0;
    filled = 0;
    const int count = ::recvmmsg(fd, messages.data(), kSize, MSG_DONTWAIT, nullptr);
    if (count >= 0) {
      filled = static_cast<std::size_t>(count);
      return {};
    }
    const auto error = Errno::last();
    return error.wouldBlock() ? Errno{} : error;
  }

  std::optional<ProcessNews> take() {
    const auto index = next++;
    if (slots[index].from.nl_pid != 0) return std::nullopt;
    return parseProcessEvent(Bytes(slots[index].bytes).first(messages[index].msg_len));
  }
};

SysResult<ProcessEvents> ProcessEvents::open(std::uint32_t receiveBuffer) {
  auto queue = openConnector(receiveBuffer);
  if (!queue) return queue.error();
  auto bell = openConnector(kBellBuffer);
  if (!bell) return bell.error();
  return ProcessEvents(std::move(queue.value()), std::move(bell.value()));
}

SysResult<> ProcessEvents::listen(bool wanted) {
  // The queue first: what rings is in it.
  const auto queue = takeOnly(queue_.get(), wanted ? ProcessInterest::all : ProcessInterest::none);
  if (!queue) return queue.error();
  return takeOnly(bell_.get(), wanted ? ProcessInterest::names : ProcessInterest::none);
}

bool ProcessEvents::answerBell() const {
  std::array<std::uint8_t, 1> any;
  bool rang = false;
  for (;;) {
    const auto count = ::recv(bell_.get(), any.data(), any.size(), MSG_DONTWAIT);
    // An overflow is told once.
    if (count < 0 && errno != EINTR && errno != ENOBUFS) return rang;
    rang = true;
  }
}

ProcessEvents::ProcessEvents(Fd queue, Fd bell)
    : queue_(std::move(queue)), bell_(std::move(bell)), batch_(std::make_unique<Batch>()) {}
ProcessEvents::ProcessEvents(ProcessEvents&&) noexcept = default;
ProcessEvents& ProcessEvents::operator=(ProcessEvents&&) noexcept = default;
ProcessEvents::~ProcessEvents() = default;

SysResult<std::optional<ProcessNews>> ProcessEvents::next() {
  for (;;) {
    while (batch_->next < batch_->filled) {
      if (auto news = batch_->take()) return news;
    }
    const auto error = batch_->fill(queue_.get());
    if (error.number == EINTR) continue;
    if (error.number == ENOBUFS) {
      // The kernel goes on dropping until the socket has been read empty: told then.
      batch_->lost = true;
      continue;
    }
    if (!error.ok()) return error;
    if (batch_->filled > 0) continue;
    if (!batch_->lost) return std::optional<ProcessNews>();
    batch_->lost = false;
    return std::optional<ProcessNews>(ProcessEventsLost{});
  }
}

}  // namespace failoverd::os
