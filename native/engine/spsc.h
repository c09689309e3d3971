#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <utility>

namespace failoverd::engine {

// A bounded queue between exactly two threads, without locks: one pushes, the other pops. Full is
// an answer. Each side keeps a stale copy of the other's index and looks again only when
// that copy says full or empty, so that the two rarely touch one cache line.
template <class T, std::size_t Capacity>
class SpscRing {
  static_assert(std::has_single_bit(Capacity));

 public:
  // Producer only. `spare`: so many places are kept free for others.
  template <class Value>
  [[nodiscard]] bool push(Value&& value, std::size_t spare = 0) {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail - headSeen_ >= Capacity - spare) {
      headSeen_ = head_.load(std::memory_order_acquire);
      if (tail - headSeen_ >= Capacity - spare) return false;
    }
    slots_[tail % Capacity] = std::forward<Value>(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  // Consumer only. The next value, good until pop(); null: empty.
  [[nodiscard]] T* front() {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head == tailSeen_) {
      tailSeen_ = tail_.load(std::memory_order_acquire);
      if (head == tailSeen_) return nullptr;
    }
    return &slots_[head % Capacity];
  }
  // Consumer only, after front() gave something.
  void pop() { head_.store(head_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  static constexpr std::size_t kLine = 64;
  alignas(kLine) std::atomic<std::size_t> head_ = 0;
  std::size_t tailSeen_ = 0;  // the consumer's
  alignas(kLine) std::atomic<std::size_t> tail_ = 0;
  std::size_t headSeen_ = 0;  // the producer's
  alignas(kLine) std::array<T, Capacity> slots_{};
};

}  // namespace failoverd::engine
