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

Run::Run(const RunRequest& request, Program program, Instant now, os::Poller& poller,
         std::uint64_t token)
    : program_(std::move(program)),
      poller_(poller),
      token_(token),
      tail_(request.mostOutput),
      startedAt_(now),
      grace_(Duration::ofMillis(request.graceMillis)),
      windowAt_(now) {
  watchOutput();
  if (request.timeoutMillis > 0) timeoutAt_ = now + Duration::ofMillis(request.timeoutMillis);
}

Ending Run::ended(int status, Instant now) {
  hasEnded_ = true;
  timeoutAt_ = Instant::never();
  if (isEnding_) lookAt_ = now;
  // All that it wrote itself is in the pipe by now, which holds less than one burst.
  windowBytes_ = 0;
  read(now);
  const auto took = now - startedAt_;
  auto failure = failureOf(program_);
  program_.failure.reset();
  const auto number = [](int value) { return static_cast<std::uint32_t>(value); };
  const auto error = number(failure.error.number);
  auto& step = failure.refusedStep;
  if (!step.empty()) return {Ending::How::refused, error, took, std::move(step)};
  if (!failure.error.ok()) return {Ending::How::notStarted, error, took, {}};
  if (WIFSIGNALED(status)) return {Ending::How::signalled, number(WTERMSIG(status)), took, {}};
  return {Ending::How::exited, number(WEXITSTATUS(status)), took, {}};
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
  if (now >= readAgainAt_) watchOutput();
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
  return std::min({timeoutAt_, lookAt_, readAgainAt_});
}

void Run::read(Instant now) {
  if (now - windowAt_ > kBurstTime) {
    windowAt_ = now;
    windowBytes_ = 0;
  }
  static std::array<std::uint8_t, 65536> buffer;
  while (program_.output.valid()) {
    const auto count = ::read(program_.output.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return closeOutput();
    const auto size = static_cast<std::size_t>(count);
    tail_.push(std::span(buffer).first(size));
    windowBytes_ += size;
    if (windowBytes_ < kBurst) continue;
    readAgainAt_ = now + kBurstTime;
    return poller_.forget(program_.output.get());
  }
}

void Run::watchOutput() {
  readAgainAt_ = Instant::never();
  if (program_.output.valid()) (void)poller_.watch(program_.output.get(), token_);
}

// Closing alone would not take it out of the poller while a child that was forked a moment ago and
// has not called execve yet holds a copy, and the poller would tell of it without end.
void Run::closeOutput() {
  readAgainAt_ = Instant::never();
  if (program_.output.valid()) poller_.forget(program_.output.get());
  program_.output.reset();
}

// False: nobody is left. The child itself is told where it has not made its group yet.
bool Run::signal(int number) {
  if (signalGroup(program_.pid, number)) return true;
  return !hasEnded_ && ::kill(program_.pid, number) == 0;
}

}  // namespace failoverd::launcher
