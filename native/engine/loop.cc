#include "engine/loop.h"

#include <algorithm>
#include <utility>

#include "linux/clock.h"
#include "linux/scheduling.h"

namespace failoverd::engine {

namespace {

// Signatures count in whole seconds; slewing (adjtime(3), NTP) is followed in such steps.
constexpr Duration kClockMoved = Duration::ofMillis(10);

enum Token : std::uint64_t {
  timer,
  doorbell,
  kernel,
  answers,
  objects,
  ruleset,
  processNews,
  processBell,
  processDeaths,
  predecessor,
  firstChannel
};

}  // namespace

Loop::Loop(const EngineOptions& options, LoopParts parts, const Started& started, Shared& shared)
    : shared_(shared),
      events_(shared.mailbox.events()),
      poller_(std::move(parts.poller)),
      timer_(std::move(parts.timer)),
      started_(started),
      channels_(*poller_, Token::firstChannel, {options.hearAllVrids, options.receiveBuffer}),
      adverts_(channels_, answers_),
      addresses_(std::move(parts.addressRequests), answers_),
      objects_(*poller_, Token::objects),
      announcements_(std::move(parts.frames)),
      will_(shared.willPage),
      protocol_(options.core, Hands{channels_, adverts_, addresses_, objects_, announcements_,
                                    answers_, events_, shared.recorder, will_}),
      kernel_(std::move(parts.monitor), events_, announcements_),
      ruleset_(*poller_, Token::ruleset, events_),
      processes_(std::move(parts.processes), std::move(parts.pids), *poller_,
                 {Token::processNews, Token::processBell, Token::processDeaths}, events_),
      heirship_(std::move(parts.heirship)),
      silence_(options.silenceLimit, os::now()),
      now_(os::now()) {
  const auto watch = [&](int fd, Token token) {
    if (fd < 0) return;
    const auto watched = poller_->watch(fd, token);
    if (!watched) trouble(TroubleKind::poll, watched.error().number);
  };
  watch(timer_.fd(), Token::timer);
  watch(shared.mailbox.doorbellFd(), Token::doorbell);
  watchNews();
  watch(addresses_.fd(), Token::answers);
  trouble(TroubleKind::poll, processes_.begin());
  if (!heirship_) return;
  watch(heirship_->fd(), Token::predecessor);
  protocol_.input(now_, core::AwaitInheritance{});
}

void Loop::run() {
  events_.push(now_, started_);
  trouble(TroubleKind::netlink, kernel_.list());
  while (!protocol_.stopped() || busy()) {
    wait();
    watchClock();
    readAdverts();
    readKernel();
    trouble(TroubleKind::poll, processes_.read(now_, ready_.processes, protocol_));
    inherit();
    readCommands();
    watchSilence();
    passDeadlines();
    keepWill();
    workOff();
    keepWill();
    answerPictures();
    if (std::exchange(told_, events_.last()) != events_.last()) shared_.mailbox.ringNode();
    paceNews();
    evade();
    arm();
  }
}

// They tell of themselves once, and then when the pace of the stream allows.
void Loop::watchNews() {
  newsWait_ = false;
  const auto watched = poller_->watchOnce(kernel_.fd(), Token::kernel);
  if (!watched) trouble(TroubleKind::poll, watched.error().number);
}

void Loop::paceNews() {
  if (!ready_.kernel) return;
  news_.came(now_);
  // Who is busy does not wait, and would come to a deadline without having read them.
  if (news_.next() <= now_ || busy()) {
    watchNews();
  } else {
    newsWait_ = true;
  }
}

void Loop::wait() {
  ready_ = {};
  const bool sleeps = !busy();
  auto ready = poller_->wait(sleeps ? -1 : 0);
  now_ = os::now();
  sort(ready);
  wokenLate_ = sleeps && ready_.timer ? now_ - timer_.armed() : Duration::zero();
  // Also where a deadline came between the wake and the look at the clock.
  if (newsWait_ && (ready_.timer || protocol_.nextDeadline() <= now_)) {
    watchNews();
    ready = poller_->wait(0);
    sort(ready);
  }
  // More is ready than the poller tells at once: every socket has its turn before any deadline.
  for (int round = 0; ready.size() == os::Poller::kMaxReady && round < 64; ++round) {
    ready = poller_->wait(0);
    sort(ready);
  }
  if (ready_.timer) timer_.acknowledge();
  if (ready_.doorbell) shared_.mailbox.answerDoorbell();
}

void Loop::sort(std::span<const std::uint64_t> ready) {
  for (const auto token : ready) {
    switch (token) {
      case Token::timer:
        ready_.timer = true;
        break;
      case Token::doorbell:
        ready_.doorbell = true;
        break;
      case Token::kernel:
        ready_.kernel = true;
        break;
      case Token::answers:
        ready_.answers = true;
        break;
      case Token::objects:
        ready_.objects = true;
        break;
      case Token::ruleset:
        ready_.ruleset = true;
        break;
      case Token::processNews:
        ready_.processes.queue = true;
        break;
      case Token::processBell:
        ready_.processes.bell = true;
        break;
      case Token::processDeaths:
        ready_.processes.deaths = true;
        break;
      case Token::predecessor:
        ready_.predecessor = true;
        break;
      default:
        if (auto* socket = channels_.socketAt(token)) {
          trouble(TroubleKind::receive, receiver_.take(*socket, now_));
        }
    }
  }
}

// Before the adverts, whose signatures are judged by it.
void Loop::watchClock() {
  const auto offset = os::utcOffset();
  if (utcOffset_) {
    const auto moved = offset - *utcOffset_;
    if (moved < kClockMoved && Duration::zero() - kClockMoved < moved) return;
  }
  utcOffset_ = offset;
  protocol_.input(now_, core::ClockSet{offset});
}

void Loop::watchSilence() {
  if (!silence_.look(now_, shared_.mailbox.lastHeard())) return;
  const core::TrackersBlind fact{silence_.blind()};
  shared_.mailbox.setBlind(fact.blind);
  events_.push(now_, fact);
  protocol_.input(now_, fact);
}

void Loop::passDeadlines() {
  const auto deadline = protocol_.nextDeadline();
  if (deadline > now_) return;
  lateness_.add(now_ - deadline);
  protocol_.advance(now_);
}

void Loop::keepWill() {
  trouble(TroubleKind::will, protocol_.keepWill(now_, busy()));
}

void Loop::workOff() {
  if (addresses_.waiting()) {
    trouble(TroubleKind::netlink, addresses_.slice());
  } else if (ready_.answers || addresses_.unanswered()) {
    trouble(TroubleKind::netlink, addresses_.takeAnswers());
  }
  protocol_.settle(now_);
  if (announcements_.due(now_)) trouble(TroubleKind::announce, announcements_.slice(now_));
}

bool Loop::busy() const {
  return moreCommands_ || addresses_.waiting() || announcements_.due(now_);
}

// When the adverts are on their way, and before the timer is armed on this processor.
void Loop::evade() {
  if (evasion_.wanted(now_, wokenLate_)) (void)os::leaveProcessor();
}

void Loop::arm() {
  timer_.arm(std::min({protocol_.nextDeadline(), announcements_.deadline(), silence_.deadline(),
                       protocol_.willDeadline(), processes_.deadline(), ruleset_.deadline(),
                       newsWait_ ? news_.next() : Instant::never()}));
}

void Loop::trouble(TroubleKind where, int errorNumber) {
  if (errorNumber == 0) return;
  const Trouble told{where, errorNumber};
  if (told.where == lastTrouble_.where && told.errorNumber == lastTrouble_.errorNumber) return;
  lastTrouble_ = told;
  events_.push(now_, told);
}

}  // namespace failoverd::engine
