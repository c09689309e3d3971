#include "core/deadlines.h"

#include <tuple>

#include "base/check.h"

namespace failoverd::core {

Deadlines::Slot Deadlines::allocate(Purpose purpose, std::uint32_t owner) {
  const Entry entry{{purpose, owner, Instant::never()}, kNowhere};
  if (!free_.empty()) {
    const auto slot = free_.back();
    free_.pop_back();
    slots_[slot] = entry;
    return slot;
  }
  slots_.push_back(entry);
  heap_.reserve(slots_.capacity());
  free_.reserve(slots_.capacity());
  return static_cast<Slot>(slots_.size() - 1);
}

void Deadlines::makeRoom(std::size_t slots) {
  const auto needed = slots_.size() + slots;
  if (needed <= slots_.capacity()) return;
  slots_.reserve(needed + needed / 2);
  heap_.reserve(slots_.capacity());
  free_.reserve(slots_.capacity());
}

void Deadlines::release(Slot slot) {
  if (slot == kNoSlot) return;
  cancel(slot);
  free_.push_back(slot);
}

void Deadlines::arm(Slot slot, Instant at) {
  CHECK(slot < slots_.size());
  auto& entry = slots_[slot];
  entry.due.at = at;
  if (entry.position == kNowhere) {
    heap_.push_back(slot);
    entry.position = static_cast<std::uint32_t>(heap_.size() - 1);
  }
  siftUp(entry.position);
  siftDown(entry.position);
}

void Deadlines::cancel(Slot slot) {
  if (!armed(slot)) return;
  const auto position = slots_[slot].position;
  slots_[slot].position = kNowhere;
  const auto last = heap_.back();
  heap_.pop_back();
  if (last == slot) return;
  place(last, position);
  siftUp(position);
  siftDown(slots_[last].position);
}

Instant Deadlines::at(Slot slot) const {
  return armed(slot) ? slots_[slot].due.at : Instant::never();
}

Instant Deadlines::earliest() const {
  return heap_.empty() ? Instant::never() : slots_[heap_.front()].due.at;
}

std::optional<Deadlines::Due> Deadlines::takeDue(Instant now) {
  if (heap_.empty() || earliest() > now) return std::nullopt;
  const auto slot = heap_.front();
  cancel(slot);
  return slots_[slot].due;
}

bool Deadlines::before(Slot a, Slot b) const {
  const auto& one = slots_[a].due;
  const auto& other = slots_[b].due;
  if (one.at != other.at) return one.at < other.at;
  return std::tie(one.owner, one.purpose, a) < std::tie(other.owner, other.purpose, b);
}

void Deadlines::place(Slot slot, std::size_t position) {
  heap_[position] = slot;
  slots_[slot].position = static_cast<std::uint32_t>(position);
}

void Deadlines::siftUp(std::size_t position) {
  const auto slot = heap_[position];
  while (position > 0) {
    const auto parent = (position - 1) / 2;
    if (!before(slot, heap_[parent])) break;
    place(heap_[parent], position);
    position = parent;
  }
  place(slot, position);
}

void Deadlines::siftDown(std::size_t position) {
  const auto slot = heap_[position];
  for (;;) {
    auto child = position * 2 + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], slot)) break;
    place(heap_[child], position);
    position = child;
  }
  place(slot, position);
}

}  // namespace failoverd::core
