#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/outputs.h"
#include "engine/queue.h"
#include "linux/frame_socket.h"
#include "wire/ndisc.h"

namespace failoverd::engine {

// Gratuitous ARP and unsolicited neighbour advertisements on their way out. They leave in slices,
// so that adverts leave between them.
class Announcements {
 public:
  explicit Announcements(std::optional<os::FrameSocket> socket) : socket_(std::move(socket)) {}

  void add(const core::Announce& announce);

  // Whether we are a router on that link (RFC 4861 §4.4): hosts take a router that says in a
  // neighbour advertisement that it is none out of their routes.
  void setForwarding(IfIndex ifIndex, bool forwards);

  // Frames are due now.
  [[nodiscard]] bool due(Instant now) const { return !waiting_.empty() && next_ <= now; }
  // When the next frames are due.
  [[nodiscard]] Instant deadline() const { return waiting_.empty() ? Instant::never() : next_; }
  // Sends one slice. Returns an errno for the last frame that could not be sent at all.
  int slice(Instant now);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  [[nodiscard]] bool isRouter(IfIndex ifIndex) const;

  // The repetitions of a burst with one address come one after the other, and wait as one.
  struct Repeated {
    core::Announce announce;
    std::uint32_t times = 1;
  };
  // Leaves out so many frames at the front.
  void pop(std::size_t frames);
  // Makes one slice of what waits. Returns how many frames that is.
  std::size_t prepare();

  using Frame = std::array<std::uint8_t, wire::kNeighborAdvertSize>;

  std::optional<os::FrameSocket> socket_;
  Instant next_;
  Queue<Repeated> waiting_;
  std::vector<IfIndex> routers_;  // links that forward IPv6 packets
  std::array<Frame, os::FrameSocket::kSendBatch> frames_{};
  std::array<os::OutgoingFrame, os::FrameSocket::kSendBatch> outgoing_{};
  std::uint64_t sent_ = 0;
};

}  // namespace failoverd::engine
