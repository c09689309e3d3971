#include "core/outbox.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace failoverd::core {

void Outbox::begin() {
  CHECK(empty());
  queue_.clear();
  next_ = 0;
  chunk_ = 0;
  used_ = 0;
}

void Outbox::reserve(std::size_t outputs, std::size_t present) {
  if (outputs > queue_.capacity() || present > present_) {
    if (outputs > queue_.capacity()) queue_.reserve(outputs + outputs / 16);
    present_ = std::max(present, present_);
    const auto size = queue_.size();
    // Written to, so that the pages are there before a takeover needs them.
    queue_.resize(std::max(std::min(present_, queue_.capacity()), size));
    queue_.resize(size);
  }
  if (chunks_.empty()) chunks_.push_back(std::make_unique<Chunk>());
}

void Outbox::sendAdvert(SendAdvert advert, ByteView bytes) {
  advert.bytes = copy(bytes);
  queue_.emplace_back(advert);
}

std::optional<Output> Outbox::take() {
  if (empty()) return std::nullopt;
  return queue_[next_++];
}

std::span<std::uint8_t> Outbox::copy(ByteView bytes) {
  CHECK(bytes.size() <= kChunkSize);
  if (!chunks_.empty() && used_ + bytes.size() > kChunkSize) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) chunks_.push_back(std::make_unique<Chunk>());
  auto* to = chunks_[chunk_]->data() + used_;
  std::memcpy(to, bytes.data(), bytes.size());
  used_ += bytes.size();
  return {to, bytes.size()};
}

}  // namespace failoverd::core
