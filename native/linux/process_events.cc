#include "linux/process_events.h"

#include <arpa/inet.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "linux/clock.h"
#include "linux/netlink_socket.h"
#include "linux/socket_options.h"

// One event is one datagram: an nlmsghdr, a cn_msg and a proc_event, all in host order. The
// kernel's <linux/cn_proc.h> describes the last one; its samples do not compile as C++, so what
// is needed of it is written down here.
//
//   0        16        36     40    44         52
//   nlmsghdr | cn_msg  | what | cpu | time (ns) | what happened, by `what`
namespace failoverd::os {
namespace {

namespace at {
constexpr std::size_t kConnector = sizeof(nlmsghdr);
constexpr std::size_t kWhat = kConnector + sizeof(cn_msg);
constexpr std::size_t kData = kWhat + 16;
// The first two words of an event: the thread and its process.
constexpr std::size_t kPid = kData;
constexpr std::size_t kTgid = kData + 4;
// PROC_EVENT_FORK: the parent's two, then the child's.
constexpr std::size_t kParentTgid = kData + 4;
constexpr std::size_t kChildPid = kData + 8;
constexpr std::size_t kChildTgid = kData + 12;
// PROC_EVENT_NONE, the answer to a request.
constexpr std::size_t kError = kData;
}  // namespace at
static_assert(at::kWhat == 36 && at::kData == 52);

constexpr std::uint32_t kEventNone = 0;
constexpr std::uint32_t kEventFork = 0x0000'0001;
constexpr std::uint32_t kEventExec = 0x0000'0002;
constexpr std::uint32_t kEventComm = 0x0000'0200;

constexpr std::uint32_t kListen = 1;  // PROC_CN_MCAST_LISTEN
constexpr int kAnswerMillis = 200;    // the kernel answers before send(2) returns, if at all

using Bytes = std::span<const std::uint8_t>;

std::uint32_t wordAt(Bytes bytes, std::size_t offset) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes.data() + offset, sizeof word);
  return word;
}

bool isProcessEvent(Bytes datagram) {
  if (datagram.size() < at::kData) return false;
  return wordAt(datagram, at::kConnector) == CN_IDX_PROC &&
         wordAt(datagram, at::kConnector + 4) == CN_VAL_PROC;
}

// Lets through: answers, exec, fork and renaming where they are about a process and not about
// one of its threads. A filter loads in network order, hence htonl.
Errno attachFilter(int fd) {
  constexpr auto kLoad = BPF_LD | BPF_W | BPF_ABS;
  constexpr auto kIfEqual = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr auto kIfEqualX = BPF_JMP | BPF_JEQ | BPF_X;
  const auto is = [](std::uint32_t event, std::uint8_t ifTrue, std::uint8_t ifFalse) {
    return sock_filter{kIfEqual, ifTrue, ifFalse, htonl(event)};
  };
  const std::array<sock_filter, 15> code{{
      {kLoad, 0, 0, at::kWhat},
      is(kEventNone, 11, 0),  // to "take"
      is(kEventExec, 10, 0),  // to "take"
      is(kEventComm, 5, 0),   // to the pid
      is(kEventFork, 0, 9),   // else to "drop"
      {kLoad, 0, 0, at::kChildPid},
      {BPF_MISC | BPF_TAX, 0, 0, 0},
      {kLoad, 0, 0, at::kChildTgid},
      {BPF_JMP | BPF_JA, 0, 0, 3},  // to the comparison
      {kLoad, 0, 0, at::kPid},
      {BPF_MISC | BPF_TAX, 0, 0, 0},
      {kLoad, 0, 0, at::kTgid},
      {kIfEqualX, 0, 1, 0},
      {BPF_RET | BPF_K, 0, 0, 0xffff'ffff},  // take
      {BPF_RET | BPF_K, 0, 0, 0},            // drop
  }};
  const sock_fprog program{code.size(), const_cast<sock_filter*>(code.data())};
  return SocketOptions(fd).set(SOL_SOCKET, SO_ATTACH_FILTER, program).error();
}

// The wish to hear events, under a number that the answer carries back.
struct ListenRequest {
  nlmsghdr header{};
  alignas(4) std::array<std::uint8_t, sizeof(cn_msg) + sizeof kListen> body{};

  explicit ListenRequest(std::uint32_t number) {
    header.nlmsg_len = sizeof *this;
    header.nlmsg_type = NLMSG_DONE;
    cn_msg message{};
    message.id = {CN_IDX_PROC, CN_VAL_PROC};
    // The answer's `ack` is the request's plus one. Its `seq` is not ours: since Linux 6.6 the
    // kernel counts all messages of a processor in it.
    message.ack = number - 1;
    message.len = sizeof kListen;
    std::memcpy(body.data(), &message, sizeof message);
    std::memcpy(body.data() + sizeof message, &kListen, sizeof kListen);
  }
};
static_assert(sizeof(ListenRequest) == 40);

// The errno in the answer to request `number`; nothing: it is another datagram.
std::optional<Errno> answerIn(Bytes datagram, std::uint32_t number) {
  if (!isProcessEvent(datagram) || datagram.size() < at::kError + 4) return std::nullopt;
  if (wordAt(datagram, at::kWhat) != kEventNone) return std::nullopt;
  if (wordAt(datagram, at::kConnector + 12) != number) return std::nullopt;
  return Errno{static_cast<int>(wordAt(datagram, at::kError))};
}

// Waits a moment for the answer to the request. Events that come meanwhile are dropped.
Errno awaitAnswer(int fd, std::uint32_t number) {
  std::array<std::uint8_t, 512> buffer;
  const auto limit = now() + Duration::ofMillis(kAnswerMillis);
  for (;;) {
    // On a busy host there is never a silence to wait for: the time is counted as a whole.
    if (now() >= limit) return {EOPNOTSUPP};
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, kAnswerMillis) == 0) return {EOPNOTSUPP};
    const auto datagram = receiveNetlink(fd, buffer);
    if (!datagram && datagram.error().number != ENOBUFS) return datagram.error();
    if (!datagram || !datagram.value()) continue;
    if (const auto answer = answerIn(*datagram.value(), number)) return *answer;
  }
}

}  // namespace

std::optional<ProcessNews> parseProcessEvent(std::span<const std::uint8_t> datagram) {
  if (!isProcessEvent(datagram)) return std::nullopt;
  const auto has = [&](std::size_t offset) { return datagram.size() >= offset + 4; };
  switch (wordAt(datagram, at::kWhat)) {
    case kEventExec:
      if (!has(at::kTgid)) return std::nullopt;
      return ProcessExecuted{wordAt(datagram, at::kTgid)};
    case kEventComm: {
      if (!has(at::kTgid)) return std::nullopt;
      const auto pid = wordAt(datagram, at::kPid);
      if (pid != wordAt(datagram, at::kTgid)) return std::nullopt;
      return ProcessRenamed{pid};
    }
    case kEventFork: {
      if (!has(at::kChildTgid)) return std::nullopt;
      const auto pid = wordAt(datagram, at::kChildPid);
      if (pid != wordAt(datagram, at::kChildTgid)) return std::nullopt;
      return ProcessForked{wordAt(datagram, at::kParentTgid), pid};
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
  Fd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR));
  if (!fd.valid()) return Errno::last();
  if (const auto error = attachFilter(fd.get()); !error.ok()) return error;
  const auto error = SocketOptions(fd.get()).receiveBuffer(receiveBuffer).error();
  if (!error.ok()) return error;
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = CN_IDX_PROC;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    return Errno::last();
  }
  ProcessEvents events(std::move(fd));
  const auto listening = events.listen();
  if (!listening) return listening.error();
  return events;
}

SysResult<> ProcessEvents::listen() {
  // The answer goes to every listener of the machine; ours carries our number.
  const auto number = static_cast<std::uint32_t>(::getpid());
  const ListenRequest request(number);
  const auto sent =
      sendNetlink(fd_.get(), {reinterpret_cast<const std::uint8_t*>(&request), sizeof request});
  if (!sent) return sent.error();
  const auto refusal = awaitAnswer(fd_.get(), number);
  if (!refusal.ok()) return refusal;
  return Done{};
}

ProcessEvents::ProcessEvents(Fd fd) : fd_(std::move(fd)), batch_(std::make_unique<Batch>()) {}
ProcessEvents::ProcessEvents(ProcessEvents&&) noexcept = default;
ProcessEvents& ProcessEvents::operator=(ProcessEvents&&) noexcept = default;
ProcessEvents::~ProcessEvents() = default;

SysResult<std::optional<ProcessNews>> ProcessEvents::next() {
  for (;;) {
    while (batch_->next < batch_->filled) {
      if (auto news = batch_->take()) return news;
    }
    const auto error = batch_->fill(fd_.get());
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
