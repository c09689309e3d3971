#include "launcher/line.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "base/bytes.h"

namespace failoverd::launcher {
namespace {

constexpr std::uint8_t kStarted = 1;
constexpr std::uint8_t kTimeIsUp = 2;
constexpr std::uint8_t kEnded = 3;
constexpr std::uint8_t kGroupIsGone = 4;

// Its kind, id, how and whether its group is being ended, the value, microseconds, bytes dropped.
constexpr std::size_t kEndedSize = 19;
constexpr std::uint32_t kMostFrame = 64U << 20;

std::uint32_t saturated(std::uint64_t value) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

bool Line::read() {
  unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = 0;
  std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    unread_.insert(unread_.end(), buffer.begin(), buffer.begin() + count);
    // The rest comes with the next call.
    if (static_cast<std::size_t>(count) < buffer.size()) return !broken_;
  }
}

std::optional<Request> Line::next() {
  ByteReader in(std::span<const std::uint8_t>(unread_).subspan(at_));
  const auto length = in.u32();
  broken_ = broken_ || (length && *length > kMostFrame);
  const auto frame = in.take(length.value_or(0));
  if (broken_ || !length || !frame) return std::nullopt;
  at_ += in.position();
  auto request = parseRequest(*frame);
  broken_ = !request;
  return request;
}

void Line::started(std::uint32_t id, pid_t pid) {
  std::array<std::uint8_t, 9> bytes;
  ByteWriter out(bytes);
  out.u8(kStarted);
  out.u32(id);
  out.u32(static_cast<std::uint32_t>(pid));
  report(bytes);
}

void Line::timeIsUp(std::uint32_t id) {
  reportOf(id, kTimeIsUp);
}

void Line::ended(std::uint32_t id, const Ending& ending, Run& run) {
  std::array<std::uint8_t, kEndedSize> bytes;
  ByteWriter out(bytes);
  out.u8(kEnded);
  out.u32(id);
  out.u8(static_cast<std::uint8_t>(ending.how));
  out.u8(run.isEnding() ? 1 : 0);
  out.u32(ending.value);
  out.u32(saturated(static_cast<std::uint64_t>(ending.took.micros)));
  out.u32(saturated(run.tail().dropped()));
  const auto& step = ending.refusedStep;
  const std::span refused(reinterpret_cast<const std::uint8_t*>(step.data()), step.size());
  report(bytes, step.empty() ? run.tail().bytes() : refused);
}

void Line::neverForked(std::uint32_t id, os::Errno error) {
  std::array<std::uint8_t, kEndedSize> bytes;
  ByteWriter out(bytes);
  out.u8(kEnded);
  out.u32(id);
  out.u8(static_cast<std::uint8_t>(Ending::How::notStarted));
  out.u8(0);
  out.u32(static_cast<std::uint32_t>(error.number));
  out.zeros(8);
  report(bytes);
}

void Line::groupIsGone(std::uint32_t id) {
  reportOf(id, kGroupIsGone);
}

bool Line::send() {
  while (!unsent_.empty()) {
    const auto count = ::send(fd_, unsent_.data(), unsent_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return false;
    if (count < 0)
      unsent_.clear();  // there is nobody any more, which read() will say
    else
      unsent_.erase(unsent_.begin(), unsent_.begin() + count);
  }
  return true;
}

// A report that says no more than its kind.
void Line::reportOf(std::uint32_t id, std::uint8_t kind) {
  std::array<std::uint8_t, 5> bytes;
  ByteWriter out(bytes);
  out.u8(kind);
  out.u32(id);
  report(bytes);
}

void Line::report(std::span<const std::uint8_t> head, std::span<const std::uint8_t> rest) {
  std::array<std::uint8_t, 4> length;
  ByteWriter(length).u32(static_cast<std::uint32_t>(head.size() + rest.size()));
  unsent_.insert(unsent_.end(), length.begin(), length.end());
  unsent_.insert(unsent_.end(), head.begin(), head.end());
  unsent_.insert(unsent_.end(), rest.begin(), rest.end());
}

}  // namespace failoverd::launcher
