#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/event_ring.h"
#include "engine/events.h"
#include "engine/spsc.h"
#include "linux/fd.h"
#include "linux/wakeup.h"

// The two letter boxes between JavaScript and the engine thread. Both are bounded and neither
// side ever waits for the other: no mutex, no allocation on the engine's side, and no memory
// freed by a thread that did not allocate it (free() of another thread's memory takes that
// thread's arena lock, which JavaScript may hold while it is not running).
//
//   JavaScript                          engine
//   new CommandBatch  -- commands_ -->  handles each command in turn
//   delete            <-- spent_ -----  hands the batch back
//   reads records     <-- events ----   numbers and pushes
//   encodes           <-- pictures_ --  draws a part of an EngineSnapshot over an older one
//   hands it back     -- seen_ ------>  keeps it for the next part
//
// Bells: JavaScript rings an eventfd. The engine rings a Unix socket that Node reads like any
// other; writing to it takes only spin locks in the kernel (a pipe has a mutex that the reader
// may hold while it is not running).
namespace failoverd::engine {

// Commands that were accepted together.
struct CommandBatch {
  std::uint64_t sequence = 0;
  std::vector<core::Input> commands;
  std::size_t next = 0;  // the engine's place in it
};

// There is one, for ever; whoever asks while it is looked at waits until it has come back.
// Thousands of instances come in parts, so that neither a deadline waits until all are drawn nor
// all of them need memory: each part is of one moment. Its memory fits what was configured last, so
// that whoever reads status makes the engine allocate nothing.
struct Picture {
  // Instances of one part.
  static constexpr std::size_t kPart = 128;

  std::uint64_t token = 0;
  // `core.instances` and `core.at` are of this part, the rest is of the first one.
  EngineSnapshot snapshot;
  std::uint32_t part = 0;  // counted from 0
  bool complete = true;    // no part follows
  // Of the engine: the last instance that has been drawn.
  InstanceId through;
  // Which configuration its memory was made for, and is being made for.
  std::uint64_t fits = 0;
  std::uint64_t fitting = 0;
};

class Mailbox {
 public:
  // Refuses more than this many batches, or this many commands, on their way.
  static constexpr std::size_t kMaxBatches = 256;
  static constexpr std::size_t kMaxCommands = 65536;
  static constexpr std::size_t kMaxPictures = 8;  // asked for and not yet taken
  static constexpr std::size_t kPictures = 1;

  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // 0, or the errno for which the bells could not be made.
  [[nodiscard]] int open();

  // ---- JavaScript thread ----
  // The number of the batch, or 0: full, and nothing was accepted.
  std::uint64_t send(std::vector<core::Input>&& commands);
  void heard(Instant now);
  // The token of a picture that will come, or 0: too many are on their way.
  std::uint64_t requestPicture();
  // Part after part.
  template <class Take>
  void takePictures(const Take& take) {
    while (Picture** picture = pictures_.front()) {
      take(**picture);
      Picture* seen = *picture;
      pictures_.pop();
      if (seen->complete) --picturesAway_;
      if (!seen_.push(seen)) __builtin_trap();  // as large as pictures_
    }
    if (picturesAway_ > 0) ringEngine();  // it may have waited for one to come back
  }
  template <class Take>
  void drainEvents(const Take& take) {
    bellRung_.store(false, std::memory_order_seq_cst);
    reclaim();
    events_.drain(take);
  }
  // Node's end of the bell; Node owns and closes it.
  [[nodiscard]] int takeBellFd() { return bellForNode_.release(); }
  void ringEngine() { doorbell_->ring(); }

  // ---- Engine thread ----
  [[nodiscard]] int doorbellFd() const { return doorbell_->fd(); }
  void answerDoorbell() { doorbell_->acknowledge(); }
  EventRing& events() { return events_; }
  // The next command, or null. It is good until commandDone().
  const core::Input* nextCommand();
  void commandDone();
  // The pictures that nobody looks at.
  [[nodiscard]] std::span<Picture* const> blanks();
  // The one whose next part is wanted, or a blank for the next request; null: there is none.
  Picture* pictureWanted();
  void putPicture(Picture* picture);
  // When JavaScript was last heard of.
  [[nodiscard]] Instant lastHeard() const {
    return Instant::ofMicros(lastHeard_.load(std::memory_order_relaxed));
  }
  // JavaScript is asked to ring when it is heard of again.
  void setBlind(bool blind) { blind_.store(blind, std::memory_order_seq_cst); }
  // Wakes JavaScript unless it has been woken already and not come yet.
  void ringNode();

 private:
  void reclaim();

  std::optional<os::Doorbell> doorbell_;
  os::Fd bellForNode_;
  os::Fd bellOfEngine_;
  SpscRing<CommandBatch*, kMaxBatches> commands_;
  SpscRing<CommandBatch*, kMaxBatches> spent_;
  SpscRing<Picture*, kPictures> pictures_;
  SpscRing<Picture*, kPictures> seen_;
  EventRing events_;
  std::atomic<std::int64_t> lastHeard_ = 0;
  std::atomic<bool> blind_ = false;
  std::atomic<bool> bellRung_ = false;
  std::atomic<std::uint64_t> picturesWanted_ = 0;
  // Engine thread
  std::uint64_t picturesMade_ = 0;
  std::array<Picture, kPictures> album_;
  std::vector<Picture*> blanks_;
  // JavaScript thread
  std::uint64_t sequence_ = 0;
  std::size_t batchesAway_ = 0;
  std::size_t commandsAway_ = 0;
  std::size_t picturesAway_ = 0;
};

}  // namespace failoverd::engine
