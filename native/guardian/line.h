#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace failoverd::guardian {

// The line to the daemon. It says what it has made in the kernel beside the engine (macvlans,
// tables of nftables), as a whole each time: length u32, then records as in the page (will_page.h).
// What it wrote before it died can be read after that.
class Line {
 public:
  explicit Line(int fd) : fd_(fd) {}

  [[nodiscard]] int fd() const { return fd_; }
  void sayReady() const;
  // Takes what has come. Returns false when the daemon's end is closed, or says nonsense.
  bool read();
  // The last list that came as a whole.
  [[nodiscard]] std::span<const std::uint8_t> records() const { return records_; }

 private:
  void takeLists();

  int fd_;
  std::vector<std::uint8_t> unread_;
  std::vector<std::uint8_t> records_;
};

}  // namespace failoverd::guardian
