#include "engine/hand_over.h"

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <span>

#include "core/describe_json.h"
#include "core/describe_messages.h"
#include "core/describe_parse.h"

namespace failoverd::engine {

namespace {

// Some thousand instances.
constexpr std::size_t kMemoryBytes = std::size_t{4} * 1024 * 1024;
constexpr int kBacklog = 511;  // as Node's

enum State : std::uint32_t { nothing, offered, taken, withdrawn };

// The beginning of the memory; the text follows.
struct Head {
  std::atomic<std::uint32_t> state;
  std::uint32_t length;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

Head& headOf(const os::SharedMemory& memory) {
  return *reinterpret_cast<Head*>(memory.bytes().data());
}

std::span<std::uint8_t> roomOf(const os::SharedMemory& memory) {
  return memory.bytes().subspan(sizeof(Head));
}

bool change(Head& head, State from, State to) {
  std::uint32_t expected = from;
  return head.state.compare_exchange_strong(expected, to);
}

}  // namespace

os::SysResult<std::unique_ptr<Bequest>> Bequest::make() {
  auto memory = os::SharedMemory::make("failoverd-hand-over", kMemoryBytes);
  if (!memory) return memory.error();
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return os::Errno{errno};
  }
  return std::unique_ptr<Bequest>(
      new Bequest(std::move(memory.value()), os::Fd(ends[0]), os::Fd(ends[1])));
}

int Bequest::offer(std::string_view inheritance, Duration patience) {
  auto& head = headOf(memory_);
  const auto room = roomOf(memory_);
  if (inheritance.size() > room.size()) return EMSGSIZE;
  head.state = nothing;
  std::memcpy(room.data(), inheritance.data(), inheritance.size());
  head.length = static_cast<std::uint32_t>(inheritance.size());
  head.state = offered;
  if (::send(line_.get(), "o", 1, MSG_NOSIGNAL) != 1) {
    head.state = withdrawn;
    return EPIPE;
  }
  const bool alive = answered(patience);
  if (!change(head, offered, withdrawn)) return 0;
  return alive ? ETIMEDOUT : EPIPE;
}

// Waits for the heir's word. false: it has ended.
bool Bequest::answered(Duration patience) const {
  pollfd wanted{line_.get(), POLLIN, 0};
  const timespec limit{patience.micros / 1'000'000, patience.micros % 1'000'000 * 1000};
  if (::ppoll(&wanted, 1, &limit, nullptr) <= 0) return true;
  char word = 0;
  return ::recv(line_.get(), &word, 1, 0) != 0;
}

os::SysResult<Heirship> Heirship::open(int memory, int line, int lock) {
  os::Fd fd(line);
  auto mapped = os::SharedMemory::open(os::Fd(memory));
  if (!mapped) return mapped.error();
  if (mapped.value().bytes().size() < sizeof(Head)) return os::Errno{EINVAL};
  return Heirship(std::move(mapped.value()), std::move(fd), lock);
}

std::optional<core::Inherit> Heirship::take() {
  char word = 0;
  if (::recv(line_.get(), &word, 1, MSG_DONTWAIT) == 0) {
    orphaned_ = true;
    return std::nullopt;
  }
  auto& head = headOf(memory_);
  if (head.state != offered) return std::nullopt;
  const auto room = roomOf(memory_);
  if (head.length > room.size()) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(room.data()), head.length);
  core::Inherit inherit;
  core::Storage storage;
  if (core::fromJson(text, inherit, storage)) return std::nullopt;
  if (!change(head, offered, taken)) return std::nullopt;
  (void)::send(line_.get(), "t", 1, MSG_NOSIGNAL);
  // The lock's listener is the one whom a guardian takes for the daemon.
  if (lock_ >= 0) (void)::listen(lock_, kBacklog);
  return inherit;
}

}  // namespace failoverd::engine
