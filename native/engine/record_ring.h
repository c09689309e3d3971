#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace failoverd::engine {

// The newest records of one kind in a fixed piece of memory. One thread writes and never waits;
// another may copy at any time and finds out afterwards which records were overwritten while
// it did (a sequence lock by position). Words are atomics, so that this is no data race.
//
// A record is: its length in words, its order number, its instant, its bytes in whole words.
class RecordRing {
 public:
  // `words` is memory of the caller's that outlives the ring.
  explicit RecordRing(std::span<std::atomic<std::uint64_t>> words) : words_(words) {}

  // Writer. Makes room by giving up the oldest records; false: larger than the ring.
  bool begin(std::uint64_t order, std::int64_t micros, std::size_t bytes);
  void put(const void* data, std::size_t count);
  void end();

  struct Record {
    std::uint64_t order = 0;
    std::int64_t micros = 0;
    std::vector<std::uint8_t> bytes;  // padded with zeros to whole words
  };
  // Any thread. Adds every whole record, oldest first.
  void copyTo(std::vector<Record>& out) const;

 private:
  static constexpr std::size_t kHeaderWords = 3;

  [[nodiscard]] std::atomic<std::uint64_t>& word(std::uint64_t position) const {
    return words_[position % words_.size()];
  }
  void store(std::uint64_t value) { word(writing_++).store(value, std::memory_order_release); }
  void flushPartial();

  std::span<std::atomic<std::uint64_t>> words_;
  // Positions count words since the beginning of time.
  std::atomic<std::uint64_t> oldest_ = 0;
  std::atomic<std::uint64_t> end_ = 0;
  std::uint64_t writing_ = 0;
  std::uint64_t partial_ = 0;
  std::size_t partialBytes_ = 0;
};

}  // namespace failoverd::engine
