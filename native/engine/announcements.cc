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

int Announcements::slice(Instant now) {
  const auto batch = waiting_.front(frames_.size());
  if (!socket_) {
    waiting_.pop(batch.size());
    return EPERM;
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto size = emit(batch[i], isRouter(batch[i].ifIndex), frames_[i]);
    outgoing_[i] = {batch[i].ifIndex, std::span(frames_[i]).first(size)};
  }
  const auto sent = socket_->sendBatch(std::span(outgoing_).first(batch.size()));
  sent_ += sent.taken - sent.failed;
  waiting_.pop(sent.taken);
  next_ = sent.stopped.ok() ? now : now + kRetry;
  return sent.lastFailure.number;
}

}  // namespace failoverd::engine
