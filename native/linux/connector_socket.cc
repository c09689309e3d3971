#include "linux/connector_socket.h"

#include <arpa/inet.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "linux/clock.h"
#include "linux/netlink_socket.h"
#include "linux/socket_options.h"

namespace failoverd::os {
namespace {

namespace event = process_event;

constexpr std::size_t kConnector = sizeof(nlmsghdr);
constexpr std::size_t kAcknowledged = kConnector + offsetof(cn_msg, ack);
static_assert(kConnector + sizeof(cn_msg) == event::kWhat);

constexpr std::uint32_t kListen = 1;  // PROC_CN_MCAST_LISTEN
constexpr int kAnswerMillis = 200;    // the kernel answers before send(2) returns, if at all

using Bytes = std::span<const std::uint8_t>;

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
  if (!isProcessEvent(datagram)) return std::nullopt;
  const auto error = wordAt(datagram, event::kData);
  if (!error || wordAt(datagram, event::kWhat) != event::kNone) return std::nullopt;
  if (wordAt(datagram, kAcknowledged) != number) return std::nullopt;
  return Errno{static_cast<int>(*error)};
}

// Waits a moment for the answer to the request. Answers to others come here, too.
Errno awaitAnswer(int fd, std::uint32_t number) {
  std::array<std::uint8_t, 512> buffer;
  const auto limit = now() + Duration::ofMillis(kAnswerMillis);
  while (now() < limit) {
    pollfd readable{fd, POLLIN, 0};
    if (::poll(&readable, 1, kAnswerMillis) == 0) break;
    const auto datagram = receiveNetlink(fd, buffer);
    if (!datagram && datagram.error().number != ENOBUFS) return datagram.error();
    if (!datagram || !datagram.value()) continue;
    if (const auto answer = answerIn(*datagram.value(), number)) return *answer;
  }
  return {EOPNOTSUPP};
}

SysResult<> listen(int fd) {
  // The answer goes to every listener of the machine; ours carries our number.
  static std::atomic<std::uint32_t> asked = 0;
  const auto number = (static_cast<std::uint32_t>(::getpid()) << 8) + (asked++ & 0xff);
  const ListenRequest request(number);
  const auto sent =
      sendNetlink(fd, {reinterpret_cast<const std::uint8_t*>(&request), sizeof request});
  if (!sent) return sent.error();
  const auto refusal = awaitAnswer(fd, number);
  if (!refusal.ok()) return refusal;
  return Done{};
}

}  // namespace

std::optional<std::uint32_t> wordAt(Bytes datagram, std::size_t offset) {
  std::uint32_t word = 0;
  if (datagram.size() < offset + sizeof word) return std::nullopt;
  std::memcpy(&word, datagram.data() + offset, sizeof word);
  return word;
}

bool isProcessEvent(Bytes datagram) {
  return datagram.size() >= event::kData &&
         wordAt(datagram, kConnector) == std::uint32_t{CN_IDX_PROC} &&
         wordAt(datagram, kConnector + 4) == std::uint32_t{CN_VAL_PROC};
}

SysResult<> takeOnly(int fd, ProcessInterest interest) {
  constexpr auto kLoad = BPF_LD | BPF_W | BPF_ABS;
  constexpr auto kIfEqualX = BPF_JMP | BPF_JEQ | BPF_X;
  // A filter loads in network order, hence htonl. What is of no interest is compared with an event
  // that there is not.
  const auto is = [&](std::uint32_t what, ProcessInterest least, std::uint8_t ifTrue,
                      std::uint8_t ifFalse) {
    const auto wanted = interest >= least ? what : 0xffff'ffff;
    return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, ifTrue, ifFalse, htonl(wanted)};
  };
  const std::array<sock_filter, 15> code{{
      {kLoad, 0, 0, event::kWhat},
      is(event::kNone, ProcessInterest::none, 11, 0),   // to "take"
      is(event::kExec, ProcessInterest::names, 10, 0),  // to "take"
      is(event::kComm, ProcessInterest::names, 5, 0),   // to the pid
      is(event::kFork, ProcessInterest::all, 0, 9),     // else to "drop"
      {kLoad, 0, 0, event::kChildPid},
      {BPF_MISC | BPF_TAX, 0, 0, 0},
      {kLoad, 0, 0, event::kChildTgid},
      {BPF_JMP | BPF_JA, 0, 0, 3},  // to the comparison
      {kLoad, 0, 0, event::kPid},
      {BPF_MISC | BPF_TAX, 0, 0, 0},
      {kLoad, 0, 0, event::kTgid},
      {kIfEqualX, 0, 1, 0},
      {BPF_RET | BPF_K, 0, 0, 0xffff'ffff},  // take
      {BPF_RET | BPF_K, 0, 0, 0},            // drop
  }};
  const sock_fprog program{code.size(), const_cast<sock_filter*>(code.data())};
  const auto error = SocketOptions(fd).set(SOL_SOCKET, SO_ATTACH_FILTER, program).error();
  if (!error.ok()) return error;
  return Done{};
}

SysResult<Fd> openConnector(std::uint32_t receiveBuffer) {
  Fd fd(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_CONNECTOR));
  if (!fd.valid()) return Errno::last();
  // Before it hears anything.
  if (const auto quiet = takeOnly(fd.get(), ProcessInterest::none); !quiet) return quiet.error();
  const auto error = SocketOptions(fd.get()).receiveBuffer(receiveBuffer).error();
  if (!error.ok()) return error;
  sockaddr_nl local{};
  local.nl_family = AF_NETLINK;
  local.nl_groups = CN_IDX_PROC;
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    return Errno::last();
  }
  if (const auto listening = listen(fd.get()); !listening) return listening.error();
  return fd;
}

}  // namespace failoverd::os
