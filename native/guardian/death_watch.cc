#include "guardian/death_watch.h"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "guardian/rights.h"
#include "linux/scheduling.h"

namespace failoverd::guardian {
namespace {

constexpr useconds_t kPause = 1000;
// All memory is locked: no more than a system call needs.
constexpr std::size_t kStackBytes = std::size_t{64} * 1024;

}  // namespace

DeathWatch::DeathWatch(os::LifeMark mark, int priority) : mark_(mark), priority_(priority) {
  if (auto pids = os::PidWatch::open()) pids_.emplace(std::move(pids.value()));
  auto bell = os::Doorbell::open();
  if (!bell) return;
  thread_.emplace(std::move(bell.value()));
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, kStackBytes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread{};
  // Without the thread there are the two other ways.
  if (::pthread_create(&thread, &attributes, &DeathWatch::watchMark, this) != 0) thread_.reset();
  ::pthread_attr_destroy(&attributes);
}

void* DeathWatch::watchMark(void* self) {
  auto& watch = *static_cast<DeathWatch*>(self);
  (void)os::becomeRealtime(watch.priority_);
  (void)dropRights();
  if (watch.mark_.awaitDeath()) watch.thread_->ring();
  return nullptr;
}

void DeathWatch::await(std::uint32_t daemon, Line& line) {
  const auto orphaned = [&] { return static_cast<std::uint32_t>(::getppid()) != daemon; };
  if (pids_) {
    const auto added = pids_->add(daemon);
    if (orphaned()) return;  // it died before it could be watched
    if (!added) pids_.reset();
  }
  std::array<pollfd, 3> wait{{{line.fd(), POLLIN, 0},
                              {pids_ ? pids_->fd() : -1, POLLIN, 0},
                              {thread_ ? thread_->fd() : -1, POLLIN, 0}}};
  for (;;) {
    if (::poll(wait.data(), wait.size(), -1) < 1) continue;
    if (wait[1].revents != 0 || wait[2].revents != 0) return;
    if (wait[0].revents == 0 || line.read()) continue;
    wait[0].fd = -1;
    if (pids_) continue;
    // The line alone may break while the daemon lives.
    while (!orphaned()) ::usleep(kPause);
    return;
  }
}

}  // namespace failoverd::guardian
