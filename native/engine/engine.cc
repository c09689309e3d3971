#include "engine/engine.h"

#include <semaphore.h>
#include <sys/mman.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <new>

#include "base/check.h"
#include "engine/open_loop.h"

namespace failoverd::engine {

namespace {

#ifdef __SANITIZE_THREAD__
constexpr std::size_t kStackBytes = std::size_t{2048} * 1024;  // its own data lies there, too
#else
constexpr std::size_t kStackBytes = std::size_t{512} * 1024;
#endif
constexpr std::size_t kPage = 4096;
// Two copies of the will, each with room for 5,000 instances of one address.
constexpr std::size_t kWillBytes = guardian::kWillOffset + std::size_t{1024} * 1024;

// While it lives, and in threads that are made meanwhile for ever, no signal is delivered. Node's
// handlers take a lock that any thread of JavaScript may hold (DESIGN law 1): they are for others.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

std::size_t roundUp(std::size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

}  // namespace

// Lives on the starter's stack until the thread has said how it went.
struct Engine::Starting {
  const EngineOptions& options;
  std::optional<os::ProcessEvents> processes;
  int processEventsError;
  Engine& engine;
  StartFailure failure;
  sem_t said;
};

std::variant<std::unique_ptr<Engine>, StartFailure> Engine::start(
    const EngineOptions& options, std::optional<os::ProcessEvents> processes,
    int processEventsError) {
  const auto words = options.recorderBytes / sizeof(std::uint64_t);
  const auto bytes = roundUp(sizeof(Shared)) + roundUp(words * sizeof(std::uint64_t)) + kPage;
  auto arena = Arena::map(bytes);
  if (!arena) return StartFailure{"mmap", arena.error().number};
  auto will = os::SharedMemory::make("failoverd-will", kWillBytes);
  if (!will) return StartFailure{"memfd_create", will.error().number};
  const auto mark = os::LifeMark::make(will.value().bytes());
  if (!mark) return StartFailure{"a robust mutex", mark.error().number};
  std::unique_ptr<Engine> engine(new Engine(std::move(arena.value()), std::move(will.value())));
  auto* recorder = static_cast<std::atomic<std::uint64_t>*>(
      engine->arena_.take(words * sizeof(std::uint64_t), alignof(std::uint64_t)));
  void* place = engine->arena_.take(sizeof(Shared), alignof(Shared));
  const auto page = engine->will_.bytes().subspan(guardian::kWillOffset);
  engine->shared_ = new (place) Shared(std::span(recorder, words), page, mark.value());
  if (const int error = engine->mailbox().open()) return StartFailure{"mailbox", error};

  Starting starting{options, std::move(processes), processEventsError, *engine, {}, {}};
  if (!engine->launch(starting)) return starting.failure;
  return engine;
}

bool Engine::launch(Starting& starting) {
  void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) {
    starting.failure = {"mmap", errno};
    return false;
  }
  stack_ = stack;
  ::sem_init(&starting.said, 0, 0);
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstack(&attributes, stack_, kStackBytes);
  const int error = [&] {
    const WithoutSignals blocked;
    return ::pthread_create(&thread_, &attributes, &Engine::enter, &starting);
  }();
  ::pthread_attr_destroy(&attributes);
  if (error != 0) {
    starting.failure = {"pthread_create", error};
  } else {
    joined_ = false;
    while (::sem_wait(&starting.said) != 0) CHECK(errno == EINTR);
  }
  ::sem_destroy(&starting.said);
  return starting.failure.errorNumber == 0;
}

void* Engine::enter(void* starting) {
  ::pthread_setname_np(::pthread_self(), "failoverd-rt");
  life(*static_cast<Starting*>(starting));
  return nullptr;
}

void Engine::life(Starting& starting) {
  auto& shared = *starting.engine.shared_;
  // Without it the guardian learns of our death by that of the process, a little later.
  const bool marked = bool(shared.lifeMark.take());
  std::optional<Loop> loop;
  auto opened = openLoop(starting.options, std::move(starting.processes));
  if (const auto* failure = std::get_if<StartFailure>(&opened)) {
    starting.failure = *failure;
  } else {
    auto started = takeRights(starting.options, starting.engine.arena_, shared.willPage);
    started.processEventsError = starting.processEventsError;
    loop.emplace(starting.options, std::move(*std::get_if<LoopParts>(&opened)), started, shared);
  }
  ::sem_post(&starting.said);  // `starting` is gone from here on
  if (loop) loop->run();
  loop.reset();
  if (marked) shared.lifeMark.release();
  shared.finished.store(true, std::memory_order_release);
  shared.mailbox.ringNode();
}

os::SysResult<Bequest*> Engine::prepareHandOver() {
  auto made = Bequest::make();
  if (!made) return made.error();
  bequest_ = std::move(made.value());
  return bequest_.get();
}

void Engine::handOver(Duration patience) {
  CHECK(bequest_ != nullptr);
  shared_->patience.store(patience.micros);
  shared_->bequest.store(bequest_.get());
  mailbox().ringEngine();
}

void Engine::watchRuleset() {
  shared_->rulesetWanted.store(true);
  mailbox().ringEngine();
}

void Engine::stopUrgently() {
  shared_->urgent.store(true);
  mailbox().ringEngine();
}

bool Engine::join(Duration limit) {
  if (joined_) return true;
  timespec until{};
  ::clock_gettime(CLOCK_REALTIME, &until);
  const auto nanos = until.tv_nsec + limit.micros % 1'000'000 * 1000;
  until.tv_sec += limit.micros / 1'000'000 + nanos / 1'000'000'000;
  until.tv_nsec = nanos % 1'000'000'000;
  joined_ = ::pthread_timedjoin_np(thread_, nullptr, &until) == 0;
  return joined_;
}

Engine::~Engine() {
  if (!joined_) {
    stopUrgently();
    ::pthread_join(thread_, nullptr);
  }
  if (stack_ != nullptr) ::munmap(stack_, kStackBytes);
  if (shared_ != nullptr) shared_->~Shared();
}

}  // namespace failoverd::engine
