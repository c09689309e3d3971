#pragma once

#include <pthread.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include "engine/arena.h"
#include "engine/loop.h"
#include "linux/shared_memory.h"

namespace failoverd::engine {

// Why the engine could not be started: which step, and the errno it failed with.
struct StartFailure {
  std::string_view step;
  int errorNumber = 0;
};

// The real-time thread and what it is made of. One in a process: the addresses and sockets of
// a network namespace have one owner.
class Engine {
 public:
  // Blocks until the thread runs or has given up (milliseconds).
  static std::variant<std::unique_ptr<Engine>, StartFailure> start(
      const EngineOptions& options, std::optional<os::ProcessEvents> processes,
      int processEventsError);
  // Joins the thread; says goodbye first when nobody has.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Mailbox& mailbox() { return shared_->mailbox; }
  [[nodiscard]] const Recorder& recorder() const { return shared_->recorder; }
  // The memory that the guardian reads (native/guardian/will_page.h); the engine's to close.
  [[nodiscard]] int willFd() const { return will_.fd(); }
  // The thread has given everything back and touches nothing any more.
  [[nodiscard]] bool finished() const { return shared_->finished.load(std::memory_order_acquire); }

  // A place for what another process is to go on with, in that of a former one; no hand-over may
  // be under way.
  os::SysResult<Bequest*> prepareHandOver();
  // The thread offers it there and waits for no longer than `patience`; HandedOver tells.
  void handOver(Duration patience);

  // Changes of the ruleset of nftables are told from here on (RulesetChanged).
  void watchRuleset();
  // Goodbyes now, without linger, whatever waits in the mailbox.
  void stopUrgently();
  // Waits for the thread's end; false: it is still running after `limit`.
  bool join(Duration limit);

 private:
  struct Starting;

  Engine(Arena arena, os::SharedMemory will) : arena_(std::move(arena)), will_(std::move(will)) {}
  static void* enter(void* starting);
  static void life(Starting& starting);
  bool launch(Starting& starting);

  Arena arena_;
  os::SharedMemory will_;
  std::unique_ptr<Bequest> bequest_;
  Shared* shared_ = nullptr;  // in the arena
  // A stack of our own: the C library would give it to another thread afterwards, and ours has
  // pages that children do not get.
  void* stack_ = nullptr;
  pthread_t thread_{};
  bool joined_ = true;
};

}  // namespace failoverd::engine
