#include "engine/mailbox.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace failoverd::engine {

Mailbox::Mailbox() {
  for (auto& picture : album_) blanks_.push_back(&picture);
}

// Both threads have left: the caller has joined the engine.
Mailbox::~Mailbox() {
  reclaim();
  while (CommandBatch** batch = commands_.front()) {
    delete *batch;
    commands_.pop();
  }
}

int Mailbox::open() {
  auto doorbell = os::Doorbell::open();
  if (!doorbell) return doorbell.error().number;
  doorbell_.emplace(std::move(doorbell.value()));
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return errno;
  }
  bellForNode_ = os::Fd(pair[0]);
  bellOfEngine_ = os::Fd(pair[1]);
  return 0;
}

void Mailbox::reclaim() {
  while (CommandBatch** batch = spent_.front()) {
    --batchesAway_;
    commandsAway_ -= (*batch)->commands.size();
    delete *batch;
    spent_.pop();
  }
}

std::uint64_t Mailbox::send(std::vector<core::Input>&& commands) {
  reclaim();
  const bool full = batchesAway_ == kMaxBatches || commandsAway_ + commands.size() > kMaxCommands;
  if (full) return 0;
  ++batchesAway_;
  commandsAway_ += commands.size();
  auto* batch = new CommandBatch{++sequence_, std::move(commands), 0};
  CHECK(commands_.push(batch));
  ringEngine();
  return sequence_;
}

void Mailbox::heard(Instant now) {
  lastHeard_.store(now.micros, std::memory_order_seq_cst);
  if (blind_.load(std::memory_order_seq_cst)) ringEngine();
}

std::uint64_t Mailbox::requestPicture() {
  if (picturesAway_ == kMaxPictures) return 0;
  ++picturesAway_;
  const auto token = picturesWanted_.fetch_add(1, std::memory_order_release) + 1;
  ringEngine();
  return token;
}

const core::Input* Mailbox::nextCommand() {
  for (;;) {
    CommandBatch** batch = commands_.front();
    if (batch == nullptr) return nullptr;
    if ((*batch)->next < (*batch)->commands.size()) return &(*batch)->commands[(*batch)->next];
    CommandBatch* spent = *batch;
    commands_.pop();
    CHECK(spent_.push(spent));  // as large as commands_, and JavaScript counts what is away
  }
}

void Mailbox::commandDone() {
  CommandBatch** batch = commands_.front();
  CHECK(batch != nullptr);
  ++(*batch)->next;
}

std::span<Picture* const> Mailbox::blanks() {
  while (Picture** picture = seen_.front()) {
    blanks_.push_back(*picture);  // within its first capacity
    seen_.pop();
  }
  return blanks_;
}

Picture* Mailbox::pictureWanted() {
  if (blanks().empty()) return nullptr;
  auto* picture = blanks_.back();
  if (picture->complete) {
    if (picturesMade_ == picturesWanted_.load(std::memory_order_acquire)) return nullptr;
    picture->token = ++picturesMade_;
  }
  blanks_.pop_back();
  return picture;
}

void Mailbox::putPicture(Picture* picture) {
  CHECK(pictures_.push(picture));  // there are no more than it holds
}

void Mailbox::ringNode() {
  if (bellRung_.exchange(true, std::memory_order_seq_cst)) return;
  const char one = 1;
  // Without room there is a byte in it, and Node will come.
  [[maybe_unused]] const auto sent =
      ::send(bellOfEngine_.get(), &one, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace failoverd::engine
