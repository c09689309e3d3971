#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "base/check.h"

namespace failoverd {

// A queue of fixed capacity for one thread. Full is an answer, never a growth.
template <class T, std::size_t Capacity>
class Ring {
 public:
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] bool full() const { return size_ == Capacity; }
  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] bool push(T value) {
    if (full()) return false;
    slots_[(head_ + size_) % Capacity] = std::move(value);
    ++size_;
    return true;
  }
  T& front() {
    CHECK(!empty());
    return slots_[head_];
  }
  T pop() {
    CHECK(!empty());
    T value = std::move(slots_[head_]);
    head_ = (head_ + 1) % Capacity;
    --size_;
    return value;
  }

 private:
  std::array<T, Capacity> slots_{};
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace failoverd
