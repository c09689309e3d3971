#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace failoverd::core {

// What most instances never need. Each has its own when it is needed first, out of room that was
// made on a change of configuration: nothing is allocated then, and room takes no memory until it
// is used.
template <class Value>
class Seldom {
 public:
  // Where an instance has its own; kNone: it has none.
  using Place = std::uint32_t;
  static constexpr Place kNone = 0xffffffff;

  // Room for so many in all, so that own() does not allocate.
  void makeRoom(std::size_t count) {
    if (count <= values_.capacity()) return;
    values_.reserve(count + count / 2);
    free_.reserve(values_.capacity());
  }
  // The value at `place`, which is a new one if there was none. Good until the next one is had.
  Value& own(Place& place) {
    if (place == kNone) place = take();
    CHECK(place < values_.size());
    return values_[place];
  }
  // Null: there is none.
  [[nodiscard]] Value* find(Place place) { return place == kNone ? nullptr : &values_[place]; }
  [[nodiscard]] const Value* find(Place place) const {
    return place == kNone ? nullptr : &values_[place];
  }
  void release(Place& place) {
    if (place == kNone) return;
    values_[place] = {};
    free_.push_back(place);
    place = kNone;
  }

 private:
  Place take() {
    if (free_.empty()) {
      values_.emplace_back();
      return static_cast<Place>(values_.size() - 1);
    }
    const auto place = free_.back();
    free_.pop_back();
    return place;
  }

  std::vector<Value> values_;
  std::vector<Place> free_;
};

}  // namespace failoverd::core
