#include "core/requests.h"

#include <algorithm>

#include "base/check.h"

namespace failoverd::core {
namespace {

constexpr std::uint32_t kIndexBits = 20;
constexpr std::uint32_t kIndexMask = (1U << kIndexBits) - 1;
constexpr std::uint32_t kGenerations = 1U << (32 - kIndexBits);

}  // namespace

void Requests::reserve(std::size_t count) {
  if (count <= entries_.capacity()) return;
  const auto room = std::max(count, 2 * entries_.capacity());
  entries_.reserve(room);
  free_.reserve(room);
}

std::uint32_t Requests::open(InstanceId instance, std::uint32_t index, RequestOf what) {
  if (free_.empty()) {
    CHECK(entries_.size() < kIndexMask);
    free_.push_back(static_cast<std::uint32_t>(entries_.size()));
    entries_.emplace_back();
  }
  const auto at = free_.back();
  free_.pop_back();
  auto& entry = entries_[at];
  entry.target = {instance, index, what, true};
  entry.open = true;
  ++open_;
  return (entry.generation << kIndexBits) | at;
}

std::optional<Requests::Target> Requests::close(std::uint32_t request) {
  auto* entry = find(request);
  if (entry == nullptr) return std::nullopt;
  entry->open = false;
  // Generations go round without 0, so that no number is 0.
  entry->generation = entry->generation + 1 == kGenerations ? 1 : entry->generation + 1;
  free_.push_back(request & kIndexMask);
  --open_;
  return entry->target;
}

void Requests::retarget(std::uint32_t request, std::uint32_t index) {
  if (auto* entry = find(request)) entry->target.index = index;
}

void Requests::detach(std::uint32_t request) {
  if (auto* entry = find(request)) entry->target.attached = false;
}

Requests::Entry* Requests::find(std::uint32_t request) {
  const auto at = request & kIndexMask;
  if (at >= entries_.size()) return nullptr;
  auto& entry = entries_[at];
  return entry.open && entry.generation == request >> kIndexBits ? &entry : nullptr;
}

}  // namespace failoverd::core
