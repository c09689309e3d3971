#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace failoverd::core {

// Everything that the core waits for, one line of reason each.
enum class Purpose : std::uint8_t {
  // Of an instance.
  advert,              // MASTER: the next regular advert is due (Adver_Timer)
  masterDown,          // BACKUP: the master has been silent for too long (Active_Down_Timer)
  triggeredAdvert,     // MASTER: a changed priority is told, not before its turn
  preemptDelay,        // BACKUP: preempt_delay runs
  announceAgain,       // MASTER: the second burst, garp_master_delay after the first
  announceRefresh,     // MASTER: garp_master_refresh
  announceLowerAgain,  // MASTER: the last word after a lower-priority advert
  announceExtra,       // MASTER: garp_extra_if
  retry,               // what the kernel refused is tried again
  gate,                // MASTER: the addresses wait no longer
  drainLimit,          // MASTER: another master is waited for no longer
  // Of a tracker.
  trackerDelay,  // fork_delay or terminate_delay
  // Of the core.
  announcePaced,  // the interfaces of a limit may announce again
  linkDelay,      // an interface has been down, or up, for long enough
  startupDelay,   // vrrp_startup_delay
  stopLimit,      // an orderly stop takes no longer than this
  staticsRetry,   // static objects that the kernel refused are tried again
  pulse,          // comes every interval: its lateness tells that this host was away
  recovery,       // faults have gone: judged when all that had arrived has been heard
};
inline constexpr std::size_t kInstancePurposes = 11;

// One heap for every deadline there is. A slot is had once, on a change of configuration or out of
// the room that was made then; arming and cancelling never allocate.
class Deadlines {
 public:
  using Slot = std::uint32_t;
  // Never armed: what is said of an ordinary slot that is not armed holds for it, too.
  static constexpr Slot kNoSlot = 0xffffffff;
  struct Due {
    Purpose purpose;
    std::uint32_t owner;
    Instant at;
  };

  // `owner` is the id of the instance or tracker, or which of the core's own deadlines it is.
  Slot allocate(Purpose purpose, std::uint32_t owner);
  // Room for so many further slots, so that allocate() does not allocate memory.
  void makeRoom(std::size_t slots);
  void release(Slot slot);

  // Replaces what the slot was armed for.
  void arm(Slot slot, Instant at);
  void cancel(Slot slot);
  [[nodiscard]] bool armed(Slot slot) const {
    return slot != kNoSlot && slots_[slot].position != kNowhere;
  }
  // never() unless armed.
  [[nodiscard]] Instant at(Slot slot) const;

  // never() when nothing is armed.
  [[nodiscard]] Instant earliest() const;
  // Disarms and returns the earliest deadline at or before `now`. Those of one instant come in
  // the order of their owners, and of their purposes.
  std::optional<Due> takeDue(Instant now);

 private:
  static constexpr std::uint32_t kNowhere = 0xffffffff;
  struct Entry {
    Due due;
    std::uint32_t position = kNowhere;  // in heap_
  };

  [[nodiscard]] bool before(Slot a, Slot b) const;
  void place(Slot slot, std::size_t position);
  void siftUp(std::size_t position);
  void siftDown(std::size_t position);

  std::vector<Entry> slots_;
  std::vector<Slot> free_;
  std::vector<Slot> heap_;
};

}  // namespace failoverd::core
