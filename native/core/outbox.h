#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/outputs.h"

namespace failoverd::core {

// What the core has decided and nobody has taken yet. Its memory is kept from call to call:
// after the first takeover nothing is allocated any more.
class Outbox {
 public:
  // Begins a new call: what the last one pointed to is given up. CHECKs that it was drained.
  void begin();
  // Room for `outputs` of one call without an allocation; for the first `present` of them also
  // without a page fault.
  void reserve(std::size_t outputs, std::size_t present);
  // So many that the caller should drain before more of what is due comes to pass.
  static constexpr std::size_t kMany = 1024;
  [[nodiscard]] bool holdsMany() const { return queue_.size() >= kMany; }

  template <class Message>
  void push(Message&& message) {
    queue_.emplace_back(std::forward<Message>(message));
  }
  // Takes a copy of the bytes: two adverts of one call may differ.
  void sendAdvert(SendAdvert advert, ByteView bytes);
  // Bytes of the caller's own to point to, until the next begin(); at most 16 KiB.
  std::span<std::uint8_t> copy(ByteView bytes);

  [[nodiscard]] bool empty() const { return next_ == queue_.size(); }
  std::optional<Output> take();

 private:
  // Chunks never move, so that a view into one is good until the next begin().
  static constexpr std::size_t kChunkSize = std::size_t{16} * 1024;
  using Chunk = std::array<std::uint8_t, kChunkSize>;

  std::vector<Output> queue_;
  std::size_t next_ = 0;
  std::size_t present_ = 0;
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::size_t chunk_ = 0;
  std::size_t used_ = 0;
};

}  // namespace failoverd::core
