#include "launcher/launcher.h"

#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "linux/clock.h"

namespace failoverd::launcher {
namespace {

// What the poller calls the descriptors; the output of run N is kFirstRun + N.
constexpr std::uint64_t kLine = 0;
constexpr std::uint64_t kDeaths = 1;
constexpr std::uint64_t kFirstRun = 2;

// Pipes of programs that have ended but left something in the background which still holds them.
constexpr std::ptrdiff_t kMostLingering = 32;
// How soon a daemon that does not read is tried again.
constexpr auto kSendAgain = Duration::ofMillis(5);

}  // namespace

os::SysResult<Launcher> Launcher::open(int lineFd) {
  sigset_t deaths;
  ::sigemptyset(&deaths);
  ::sigaddset(&deaths, SIGCHLD);
  os::Fd signals(::signalfd(-1, &deaths, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return os::Errno::last();
  auto poller = os::Poller::open();
  if (!poller) return poller.error();
  if (const auto done = poller.value().watch(lineFd, kLine); !done) return done.error();
  if (const auto done = poller.value().watch(signals.get(), kDeaths); !done) return done.error();
  return Launcher(Line(lineFd), std::move(signals), std::move(poller.value()));
}

Launcher::Launcher(Line line, os::Fd deaths, os::Poller poller)
    : line_(std::move(line)), deaths_(std::move(deaths)), poller_(std::move(poller)) {}

void Launcher::serve() {
  while (!daemonIsGone_ || !runs_.empty()) {
    const bool allSent = line_.send();
    for (const auto token : poller_.wait(patience(allSent))) {
      if (token == kLine)
        takeRequests();
      else if (token == kDeaths)
        reap();
      else
        readOutput(static_cast<std::uint32_t>(token - kFirstRun));
    }
    advance();
  }
}

void Launcher::takeRequests() {
  const bool goesOn = line_.read();
  while (const auto request = line_.next()) {
    if (const auto* wanted = std::get_if<RunRequest>(&*request))
      run(*wanted);
    else
      stop(std::get<StopRequest>(*request).id);
  }
  if (goesOn) return;
  daemonIsGone_ = true;
  poller_.forget(line_.fd());
  const auto now = os::now();
  for (auto& [id, one] : runs_) {
    if (one.hasEnded())
      one.closeOutput();
    else
      one.end(now);
  }
}

void Launcher::run(const RunRequest& request) {
  auto program = startProgram(request);
  if (!program) {
    line_.neverForked(request.id, program.error());
    return;
  }
  line_.started(request.id, program.value().pid);
  runs_.try_emplace(request.id, request, std::move(program.value()), os::now(), poller_,
                    kFirstRun + request.id);
}

void Launcher::stop(std::uint32_t id) {
  const auto found = runs_.find(id);
  if (found != runs_.end() && !found->second.hasEnded()) found->second.end(os::now());
}

void Launcher::reap() {
  signalfd_siginfo told;
  while (::read(deaths_.get(), &told, sizeof told) > 0) continue;
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto found = std::ranges::find_if(
        runs_, [&](const auto& one) { return !one.second.hasEnded() && one.second.pid() == pid; });
    if (found == runs_.end()) continue;
    auto& [id, run] = *found;
    const auto ending = run.ended(status, os::now());
    line_.ended(id, ending, run);
    run.tail() = OutputTail(0);
  }
  limitLingering();
}

void Launcher::readOutput(std::uint32_t id) {
  const auto found = runs_.find(id);
  if (found != runs_.end()) found->second.read(os::now());
}

// Deadlines, and what is over.
void Launcher::advance() {
  const auto now = os::now();
  for (auto at = runs_.begin(); at != runs_.end();) {
    auto& [id, run] = *at;
    const auto due = run.advance(now);
    if (due.timeIsUp) line_.timeIsUp(id);
    if (due.groupIsGone) line_.groupIsGone(id);
    at = run.isOver() ? runs_.erase(at) : std::next(at);
  }
}

void Launcher::limitLingering() {
  const auto lingers = [](const auto& one) {
    return one.second.hasEnded() && one.second.hasOutput();
  };
  auto excess = std::ranges::count_if(runs_, lingers) - kMostLingering;
  for (auto& one : runs_) {
    if (excess <= 0) return;
    if (!lingers(one)) continue;
    one.second.closeOutput();
    --excess;
  }
}

int Launcher::patience(bool allSent) const {
  const auto now = os::now();
  auto next = allSent ? Instant::never() : now + kSendAgain;
  for (const auto& [id, run] : runs_) next = std::min(next, run.nextDeadline());
  if (next == Instant::never()) return -1;
  // Rounded up, so that it is not too early by less than a millisecond again and again.
  const auto left = std::max<std::int64_t>(0, (next - now).micros + 999) / 1000;
  return static_cast<int>(std::min<std::int64_t>(left, 60'000));
}

}  // namespace failoverd::launcher
