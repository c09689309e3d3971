#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <variant>

#include "engine/events.h"
#include "engine/spsc.h"

namespace failoverd::engine {

// Events on their way to JavaScript. A slow reader costs events, never time: what finds no room
// is dropped, and the reader learns from the numbers how many are gone and where.
class EventRing {
 public:
  static constexpr std::size_t kCapacity = 8192;
  // For what comes once and is waited for.
  static constexpr std::size_t kSpare = 16;

  // Engine thread. Numbers the event, whether it finds room or not.
  void push(Instant at, const EngineEvent& event) {
    const auto seq = ++last_;
    if (!ring_.push(EventRecord{seq, at, event}, isAwaited(event) ? 0 : kSpare)) {
      droppedThrough_.store(seq, std::memory_order_release);
      ++dropped_;
    }
  }
  // Engine thread. The number of the newest event.
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

  // JavaScript thread. Hands over every event there is, with a Lost in place of those dropped.
  template <class Take>
  void drain(const Take& take) {
    // Read first: what was pushed before that drop is in the ring by now, so that a number not
    // met below can only be a dropped one.
    const auto dropped = droppedThrough_.load(std::memory_order_acquire);
    Instant at;
    while (const auto* record = ring_.front()) {
      at = record->at;
      if (record->seq != expected_) take(lostBefore(record->seq, at));
      take(*record);
      expected_ = record->seq + 1;
      ring_.pop();
    }
    if (dropped >= expected_) {
      take(lostBefore(dropped + 1, at));
      expected_ = dropped + 1;
    }
  }

 private:
  static bool isAwaited(const EngineEvent& event) {
    return std::holds_alternative<HandedOver>(event) || std::holds_alternative<Inherited>(event) ||
           std::holds_alternative<core::Stopped>(event);
  }
  [[nodiscard]] EventRecord lostBefore(std::uint64_t next, Instant at) const {
    return {next - 1, at, Lost{next - expected_}};
  }

  std::uint64_t last_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t expected_ = 1;  // JavaScript thread
  std::atomic<std::uint64_t> droppedThrough_ = 0;
  SpscRing<EventRecord, kCapacity> ring_;
};

}  // namespace failoverd::engine
