#include "engine/process_watch.h"

#include <type_traits>
#include <utility>
#include <variant>

#include "engine/protocol.h"

namespace failoverd::engine {

namespace {

// For so long nobody is woken by a second program that begins, or by a second fork.
constexpr Duration kBellRest = Duration::ofMillis(10);
constexpr Duration kForkRest = Duration::ofMillis(20);
// So many events are read before adverts have their turn.
constexpr int kAtOnce = 256;

int numberOf(const os::SysResult<>& result) {
  return result ? 0 : result.error().number;
}

}  // namespace

ProcessWatch::ProcessWatch(std::optional<os::ProcessEvents> news,
                           std::optional<os::PidWatch> deaths, os::Poller& poller,
                           const Tokens& tokens, EventRing& events)
    : news_(std::move(news)),
      book_(std::move(deaths)),
      poller_(poller),
      tokens_(tokens),
      events_(events) {}

int ProcessWatch::begin() {
  return book_.fd() < 0 ? 0 : numberOf(poller_.watch(book_.fd(), tokens_.deaths));
}

int ProcessWatch::read(Instant now, const Ready& ready, Protocol& protocol) {
  int error = 0;
  if (news_) {
    const bool begun = (ready.bell || now >= bellAt_) && answerBell(now);
    if (begun || ready.queue || ready.deaths || now >= readAt_) {
      error = readQueue(now, Reading::some, protocol);
    }
  }
  if (ready.deaths && isRead_) readDeaths(now, protocol);
  return error;
}

bool ProcessWatch::answerBell(Instant now) {
  const bool rang = news_->answerBell();
  bellAt_ = rang ? now + kBellRest : Instant::never();
  if (!rang) (void)poller_.watchOnce(news_->bellFd(), tokens_.bell);
  return rang;
}

int ProcessWatch::follow(Instant now, const core::Input& command, Protocol& protocol) {
  if (const auto* applied = std::get_if<core::ApplyTracker>(&command)) {
    book_.trackerApplied(applied->config);
    return listenAsWanted(now);
  }
  if (const auto* removed = std::get_if<core::RemoveTracker>(&command)) {
    book_.trackerRemoved(removed->tracker);
    return listenAsWanted(now);
  }
  const auto* listed = std::get_if<core::SetProcesses>(&command);
  if (listed == nullptr) return 0;
  const int error = news_ ? readQueue(now, Reading::all, protocol) : 0;
  book_.set(*listed);
  while (const auto fork = book_.nextFound()) tell(now, *fork, protocol);
  readDeaths(now, protocol);
  return error;
}

int ProcessWatch::listenAsWanted(Instant now) {
  if (!news_ || listens_ == book_.wanted()) return 0;
  listens_ = book_.wanted();
  const int error = numberOf(news_->listen(listens_));
  if (!listens_) return error;
  // What began before this was not heard.
  events_.push(now, ProcessEventsLost{});
  readAt_ = bellAt_ = now;
  return error;
}

int ProcessWatch::readQueue(Instant now, Reading reading, Protocol& protocol) {
  // While there is something at each look, looking is cheaper than being woken.
  readAt_ = now + kForkRest;
  for (int count = 0; reading == Reading::all || count < kAtOnce; ++count) {
    const auto news = news_->next();
    isRead_ = !news || !news.value();
    if (!news) return news.error().number;
    if (!isRead_ && listens_) take(now, *news.value(), protocol);
    if (!isRead_) continue;
    if (count > 0) return 0;
    readAt_ = Instant::never();
    return numberOf(poller_.watchOnce(news_->queueFd(), tokens_.queue));
  }
  readAt_ = now;  // there is more
  return 0;
}

void ProcessWatch::readDeaths(Instant now, Protocol& protocol) {
  while (const auto pid = book_.nextDead()) {
    events_.push(now, core::ProcessExited{*pid});
    protocol.input(now, core::ProcessExited{*pid});
  }
}

void ProcessWatch::take(Instant now, const os::ProcessNews& news, Protocol& protocol) {
  const auto one = [&]<class T>(const T& what) {
    if constexpr (std::is_same_v<T, os::ProcessForked>) {
      if (book_.forked(what.parent, what.pid)) tell(now, {what.parent, what.pid}, protocol);
    } else if constexpr (std::is_same_v<T, os::ProcessExecuted>) {
      book_.executed(what.pid);
      events_.push(now, ProcessExecuted{what.pid});
    } else if constexpr (std::is_same_v<T, os::ProcessRenamed>) {
      book_.executed(what.pid);
      events_.push(now, ProcessRenamed{what.pid});
    } else {
      static_assert(std::is_same_v<T, os::ProcessEventsLost>);
      events_.push(now, ProcessEventsLost{});
    }
  };
  std::visit(one, news);
}

void ProcessWatch::tell(Instant now, const core::ProcessForked& forked, Protocol& protocol) {
  events_.push(now, forked);
  protocol.input(now, forked);
}

}  // namespace failoverd::engine
