#include "launcher/run.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace failoverd::launcher {
namespace {

// How often it is looked whether anybody is left of a group that is being ended.
constexpr auto kLook = Duration::ofMillis(20);
// 100 MB/s, which costs about a twentieth of one processor.
constexpr std::size_t kBurst = 1U << 20;
constexpr auto kBurstTime = Duration::ofMillis(10);

}  // namespace

Run::Run(const RunRequest& request, Program program, Instant now)
    : program_(std::move(program)),
      tail_(request.mostOutput),
      startedAt_(now),
      grace_(Duration::ofMillis(request.graceMillis)),
      windowAt_(now) {
  if (request.timeoutMillis > 0) timeoutAt_ = now + Duration::ofMillis(request.timeoutMillis);
}

Ending Run::ended(int status, Instant now) {
  hasEnded_ = true;
  timeoutAt_ = Instant::never();
  if (isEnding_) lookAt_ = now;
  // All that it wrote itself is in the pipe by now, which holds less than one burst.
  windowBytes_ = 0;
  if (program_.output.valid()) read(now);
  const auto took = now - startedAt_;
  const auto failure = failureOf(program_);
  program_.failure.reset();
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  if (!failure.ok()) return {Ending::How::notStarted, number(failure.number), took};
  if (WIFSIGNALED(status)) return {Ending::How::signalled, number(WTERMSIG(status)), took};
  return {Ending::How::exited, number(WEXITSTATUS(status)), took};
}

void Run::end(Instant now) {
  if (isEnding_) return;
  isEnding_ = true;
  timeoutAt_ = Instant::never();
  killAt_ = now + grace_;
  lookAt_ = now + kLook;
  signal(SIGTERM);
}

Run::Due Run::advance(Instant now) {
  Due due;
  if (now >= timeoutAt_) {
    due.timeIsUp = true;
    end(now);
  }
  if (!isEnding_ || now < lookAt_) return due;
  lookAt_ = now + kLook;
  if (now >= killAt_) signal(SIGKILL);
  // Its own process is waited for, and keeps the number of the group until then.
  if (!hasEnded_ || signal(0)) return due;
  isEnding_ = false;
  lookAt_ = killAt_ = Instant::never();
  due.groupIsGone = true;
  return due;
}

Instant Run::nextDeadline() const {
  const auto reading = isPausing_ ? readAgainAt_ : Instant::never();
  return std::min({timeoutAt_, lookAt_, reading});
}

Run::Reading Run::read(Instant now) {
  isPausing_ = false;
  if (now - windowAt_ > kBurstTime) {
    windowAt_ = now;
    windowBytes_ = 0;
  }
  static std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    const auto count = ::read(program_.output.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return Reading::goesOn;
    if (count <= 0) {
      program_.output.reset();
      return Reading::isOver;
    }
    const auto size = static_cast<std::size_t>(count);
    tail_.push(std::span(buffer).first(size));
    windowBytes_ += size;
    if (windowBytes_ < kBurst) continue;
    isPausing_ = true;
    readAgainAt_ = now + kBurstTime;
    return Reading::pauses;
  }
}

// False: nobody is left. The child itself is told where it has not made its group yet.
bool Run::signal(int number) {
  if (signalGroup(program_.pid, number)) return true;
  return !hasEnded_ && ::kill(program_.pid, number) == 0;
}

}  // namespace failoverd::launcher
