#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"

namespace failoverd::engine {

// A queue of one thread that keeps its memory: it grows while something large happens (a takeover
// of ten thousand addresses) and allocates nothing from then on.
template <class T>
class Queue {
 public:
  [[nodiscard]] bool empty() const { return head_ == items_.size(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - head_; }

  void push(T value) { items_.push_back(std::move(value)); }
  // The one that was pushed last; null: nothing waits.
  [[nodiscard]] T* last() { return empty() ? nullptr : &items_.back(); }
  // The first `count` at most.
  [[nodiscard]] std::span<T> front(std::size_t count) {
    return std::span(items_).subspan(head_, count < size() ? count : size());
  }
  void pop(std::size_t count) {
    CHECK(count <= size());
    head_ += count;
    if (!empty()) return;
    items_.clear();
    head_ = 0;
  }

 private:
  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace failoverd::engine
