#include "engine/announcements.h"

#include <algorithm>
#include <cerrno>
#include <span>

#include "wire/arp.h"

namespace failoverd::engine {

namespace {

// When the interface's own queue is full: about what a hundred frames take at 100 Mbit/s.
constexpr Duration kRetry = Duration::ofMillis(1);

std::size_t emit(const core::Announce& announce, bool router, std::span<std::uint8_t> out) {
  if (announce.address.isV4()) {
    return wire::emitGratuitousArp({announce.mac, announce.address}, out);
  }
  return wire::emitNeighborAdvert({announce.mac, announce.address, router}, out);
}

}  // namespace

void Announcements::setForwarding(IfIndex ifIndex, bool forwards) {
  std::erase(routers_, ifIndex);
  if (forwards) routers_.push_back(ifIndex);
}

bool Announcements::isRouter(IfIndex ifIndex) const {
  return std::ranges::find(routers_, ifIndex) != routers_.end();
}

void Announcements::add(const core::Announce& announce) {
  auto* last = waiting_.last();
  if (last != nullptr && last->announce == announce) {
    ++last->times;
  } else {
    waiting_.push({announce});
  }
}

std::size_t Announcements::prepare() {
  std::size_t count = 0;
  for (const auto& [announce, times] : waiting_.front(frames_.size())) {
    if (count == outgoing_.size()) break;
    auto& frame = frames_[count];
    const auto size = emit(announce, isRouter(announce.ifIndex), frame);
    const auto room = std::span(outgoing_).subspan(count);
    const auto copies = room.first(std::min<std::size_t>(times, room.size()));
    std::ranges::fill(copies, os::OutgoingFrame{announce.ifIndex, std::span(frame).first(size)});
    count += copies.size();
  }
  return count;
}

void Announcements::pop(std::size_t frames) {
  while (frames > 0) {
    auto& first = waiting_.front(1).front();
    const auto gone = std::min<std::size_t>(frames, first.times);
    frames -= gone;
    first.times -= static_cast<std::uint32_t>(gone);
    if (first.times == 0) waiting_.pop(1);
  }
}

int Announcements::slice(Instant now) {
  const auto count = prepare();
  if (!socket_) {
    pop(count);
    return EPERM;
  }
  const auto sent = socket_->sendBatch(std::span(outgoing_).first(count));
  sent_ += sent.taken - sent.failed;
  pop(sent.taken);
  next_ = sent.stopped.ok() ? now : now + kRetry;
  return sent.lastFailure.number;
}

}  // namespace failoverd::engine
