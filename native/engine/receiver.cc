#include "engine/receiver.h"

#include <algorithm>

namespace failoverd::engine {

Receiver::Receiver() {
  packets_.reserve(1024);
  blocks_.emplace_back().reserve(kBlock);
}

int Receiver::take(os::AdvertSocket& socket, Instant until) {
  for (;;) {
    const auto received = socket.receiveBatch(inbox_);
    const bool ah = socket.protocol() == wire::kProtocolAh;
    for (const auto& seen : received.adverts) keep(seen, socket.ifIndex(), ah);
    if (!received.more) return received.error.number;
    // What came after the wake-up is for the next turn: a flood cannot keep the timers waiting.
    if (!received.adverts.empty() && received.adverts.back().rxTime > until) return 0;
  }
}

void Receiver::keep(const os::ReceivedAdvert& seen, IfIndex bound, bool ah) {
  const auto header = ah ? copyOf(seen.ipHeader) : core::ByteView{};
  // To the socket of a VRF the kernel names the interface inside of it.
  const auto ifIndex = bound == kNoInterface ? seen.ifIndex : bound;
  packets_.push_back(
      {seen.rxTime,
       {ifIndex, seen.source, seen.destination, seen.ttl, copyOf(seen.bytes), header}});
}

core::ByteView Receiver::copyOf(core::ByteView bytes) {
  if (blocks_[block_].size() + bytes.size() > kBlock) {
    if (++block_ == blocks_.size()) blocks_.emplace_back().reserve(kBlock);
  }
  auto& block = blocks_[block_];
  const auto start = block.size();
  block.insert(block.end(), bytes.begin(), bytes.end());
  return core::ByteView(block).subspan(start, bytes.size());
}

std::span<Receiver::Packet> Receiver::sorted() {
  // By insertion: nearly always there is one socket, and its packets are in order already.
  for (auto it = packets_.begin(); it != packets_.end(); ++it) {
    const auto place = std::upper_bound(
        packets_.begin(), it, *it, [](const Packet& a, const Packet& b) { return a.at < b.at; });
    std::rotate(place, it, it + 1);
  }
  return packets_;
}

void Receiver::clear() {
  packets_.clear();
  for (auto& block : blocks_) block.clear();
  block_ = 0;
}

}  // namespace failoverd::engine
