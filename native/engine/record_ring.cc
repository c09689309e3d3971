#include "engine/record_ring.h"

#include <algorithm>

#include "base/check.h"

namespace failoverd::engine {

namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

}  // namespace

bool RecordRing::begin(std::uint64_t order, std::int64_t micros, std::size_t bytes) {
  const auto length = kHeaderWords + (bytes + kWord - 1) / kWord;
  if (length > words_.size()) return false;
  writing_ = end_.load(std::memory_order_relaxed);
  auto oldest = oldest_.load(std::memory_order_relaxed);
  while (writing_ + length - oldest > words_.size()) {
    oldest += word(oldest).load(std::memory_order_relaxed);
  }
  // Told before any word is overwritten: whoever sees one of the new words sees this too.
  oldest_.store(oldest, std::memory_order_relaxed);
  store(length);
  store(order);
  store(static_cast<std::uint64_t>(micros));
  partial_ = 0;
  partialBytes_ = 0;
  return true;
}

void RecordRing::put(const void* data, std::size_t count) {
  const auto* from = static_cast<const std::uint8_t*>(data);
  while (count > 0) {
    const auto part = std::min(count, kWord - partialBytes_);
    std::memcpy(reinterpret_cast<std::uint8_t*>(&partial_) + partialBytes_, from, part);
    partialBytes_ += part;
    from += part;
    count -= part;
    if (partialBytes_ == kWord) flushPartial();
  }
}

void RecordRing::flushPartial() {
  store(partial_);
  partial_ = 0;
  partialBytes_ = 0;
}

void RecordRing::end() {
  if (partialBytes_ != 0) flushPartial();
  CHECK(writing_ - oldest_.load(std::memory_order_relaxed) <= words_.size());
  end_.store(writing_, std::memory_order_release);
}

void RecordRing::copyTo(std::vector<Record>& out) const {
  const auto end = end_.load(std::memory_order_acquire);
  auto start = oldest_.load(std::memory_order_acquire);
  if (start >= end) return;
  std::vector<std::uint64_t> copy;
  copy.reserve(end - start);
  for (auto at = start; at < end; ++at) copy.push_back(word(at).load(std::memory_order_acquire));
  const auto whole = std::max(start, oldest_.load(std::memory_order_relaxed));
  for (auto at = whole; at < end;) {
    const auto* header = &copy[at - start];
    const auto length = header[0];
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(header + kHeaderWords);
    out.push_back({header[1],
                   static_cast<std::int64_t>(header[2]),
                   {bytes, bytes + (length - kHeaderWords) * kWord}});
    at += length;
  }
}

}  // namespace failoverd::engine
