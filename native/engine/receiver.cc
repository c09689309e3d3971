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
    if (received.newest > until) return 0;
  }
}

void Receiver::keep(const os::ReceivedAdvert& seen, IfIndex bound, bool ah) {
  const auto header = ah ? copyOf(seen.ipHeader) : core::ByteView{};
  // To the socket of a VRF the kernel names the interface inside of it.
  const auto ifIndex = bound == kNoInterface ? seen.ifIndex : bound;
  packets_.push_back(
      {seen.rxTime,
       static_cast<std::uint32_t>(packets_.size()),
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
  const auto before = [](const Packet& a, const Packet& b) {
    return a.at != b.at ? a.at < b.at : a.place < b.place;
  };
  // Nearly always there is one socket, and its packets are in order already. After a long absence
  // hundreds of sockets may be full.
  if (!std::ranges::is_sorted(packets_, before)) std::ranges::sort(packets_, before);
  return packets_;
}

void Receiver::clear() {
  packets_.clear();
  for (auto& block : blocks_) block.clear();
  block_ = 0;
}

}  // namespace failoverd::engine
