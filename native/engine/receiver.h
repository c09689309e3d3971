#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/inputs.h"
#include "linux/advert_socket.h"

namespace failoverd::engine {

// Collects what has arrived on several sockets and gives it out oldest first, by the kernel's
// receive stamps: a thread that wakes late must not judge one router by the order in which it
// happens to look at its sockets (DESIGN law 3).
class Receiver {
 public:
  Receiver();

  // Takes everything that arrived on `socket` up to `until`. Returns 0 or an errno.
  int take(os::AdvertSocket& socket, Instant until);

  struct Packet {
    Instant at;
    std::uint32_t place;          // in the order in which they were taken
    core::AdvertReceived advert;  // its bytes are good until clear()
  };
  // Oldest first.
  std::span<Packet> sorted();
  void clear();

 private:
  // `bound`: the device of the socket, if it has one.
  void keep(const os::ReceivedAdvert& seen, IfIndex bound, bool ah);
  core::ByteView copyOf(core::ByteView bytes);

  os::AdvertInbox inbox_;
  std::vector<Packet> packets_;
  // Copies of the packets' bytes, in blocks that stay where they are.
  static constexpr std::size_t kBlock = std::size_t{64} * 1024;
  std::vector<std::vector<std::uint8_t>> blocks_;
  std::size_t block_ = 0;
};

}  // namespace failoverd::engine
