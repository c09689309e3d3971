// The process connector: what its filters let through, and real processes.
#include <linux/connector.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "linux/connector_socket.h"
#include "linux/process_events.h"
#include "testing.h"

namespace failoverd::os {
namespace {

namespace event = process_event;
using Words = std::vector<std::uint32_t>;

// A datagram of the connector: what happened, and the words that say to whom.
std::vector<std::uint8_t> datagram(std::uint32_t what, const Words& words) {
  std::vector<std::uint8_t> bytes(event::kData + 4 * words.size());
  const std::array<std::uint32_t, 2> id{CN_IDX_PROC, CN_VAL_PROC};
  std::memcpy(bytes.data() + 16, id.data(), sizeof id);
  std::memcpy(bytes.data() + event::kWhat, &what, sizeof what);
  if (!words.empty()) std::memcpy(bytes.data() + event::kData, words.data(), 4 * words.size());
  return bytes;
}

const auto kAnswer = datagram(event::kNone, {0});
const auto kExecuted = datagram(event::kExec, {7, 7});
const auto kRenamed = datagram(event::kComm, {7, 7});
const auto kThreadRenamed = datagram(event::kComm, {8, 7});
const auto kForked = datagram(event::kFork, {7, 7, 9, 9});
const auto kThreadBegun = datagram(event::kFork, {7, 7, 9, 7});
const auto kExited = datagram(0x8000'0000, {7, 7});

// Which of all these a socket takes.
std::vector<std::vector<std::uint8_t>> taken(ProcessInterest interest) {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
  const Fd in(ends[0]);
  const Fd out(ends[1]);
  REQUIRE(takeOnly(out.get(), interest).ok());
  std::vector<std::vector<std::uint8_t>> all;
  for (const auto& one :
       {kAnswer, kExecuted, kRenamed, kThreadRenamed, kForked, kThreadBegun, kExited}) {
    (void)!::send(in.get(), one.data(), one.size(), 0);
    std::vector<std::uint8_t> buffer(256);
    const auto size = ::recv(out.get(), buffer.data(), buffer.size(), 0);
    if (size < 0) continue;
    buffer.resize(static_cast<std::size_t>(size));
    all.push_back(buffer);
  }
  return all;
}

// Runs `act` in a child and returns its number when it has ended.
template <class Act>
std::uint32_t child(Act act) {
  const auto pid = ::fork();
  if (pid == 0) {
    act();
    ::_exit(0);
  }
  REQUIRE(::waitpid(pid, nullptr, 0) == pid);
  return static_cast<std::uint32_t>(pid);
}

void nothing() {}

bool isReadable(int fd) {
  pollfd readable{fd, POLLIN, 0};
  return ::poll(&readable, 1, 0) == 1;
}

// All that is in the queue about one process, in order; the machine has others.
std::vector<ProcessNews> newsOf(ProcessEvents& events, std::uint32_t pid) {
  std::vector<ProcessNews> all;
  for (;;) {
    const auto news = events.next();
    REQUIRE(news.ok());
    if (!news.value()) return all;
    const auto about = [&]<class T>(const T& what) {
      if constexpr (std::is_same_v<T, ProcessEventsLost>)
        return false;
      else
        return what.pid == pid;
    };
    if (std::visit(about, *news.value())) all.push_back(*news.value());
  }
}

// Ends the test case where the kernel does not tell us of processes.
#define OPEN_EVENTS(events, ...)                                 \
  auto opened = ProcessEvents::open(__VA_ARGS__);                \
  if (!opened) {                                                 \
    DOCTEST_MESSAGE("skipped: errno " << opened.error().number); \
    return;                                                      \
  }                                                              \
  auto& events = opened.value()

}  // namespace

TEST_CASE("a filter lets through what is of interest, and no threads") {
  using All = std::vector<std::vector<std::uint8_t>>;
  EXPECT((taken(ProcessInterest::none) == All{kAnswer}));
  EXPECT((taken(ProcessInterest::names) == All{kAnswer, kExecuted, kRenamed}));
  EXPECT((taken(ProcessInterest::all) == All{kAnswer, kExecuted, kRenamed, kForked}));
}

TEST_CASE("what cannot be read is no news") {
  EXPECT(parseProcessEvent(kExecuted) == ProcessNews(ProcessExecuted{7}));
  EXPECT(parseProcessEvent(kForked) == ProcessNews(ProcessForked{7, 9}));
  EXPECT(!parseProcessEvent(kThreadBegun));
  EXPECT(!parseProcessEvent(kExited));
  for (std::size_t size = 0; size < kForked.size(); ++size) {
    EXPECT(!parseProcessEvent(std::span(kForked).first(size)));
  }
}

TEST_CASE("nothing is heard before somebody listens, nor after") {
  OPEN_EVENTS(events);
  auto pid = child(nothing);
  EXPECT(newsOf(events, pid).empty());
  REQUIRE(events.listen(true).ok());
  pid = child(nothing);
  EXPECT(newsOf(events, pid).size() == 1);
  REQUIRE(events.listen(false).ok());
  pid = child(nothing);
  EXPECT(newsOf(events, pid).empty());
}

TEST_CASE("a process is heard of in the order of its doings, and the bell rings for its names") {
  OPEN_EVENTS(events);
  REQUIRE(events.listen(true).ok());
  const auto pid = child([] {
    ::prctl(PR_SET_NAME, "renamed");
    ::execl("/bin/true", "true", nullptr);
  });
  EXPECT(isReadable(events.bellFd()));
  EXPECT(isReadable(events.queueFd()));
  const auto self = static_cast<std::uint32_t>(::getpid());
  const std::vector<ProcessNews> expected{ProcessForked{self, pid}, ProcessRenamed{pid},
                                          ProcessExecuted{pid}};
  EXPECT((newsOf(events, pid) == expected));
}

TEST_CASE("a bell that was not answered for long rings and falls silent all the same") {
  OPEN_EVENTS(events);
  REQUIRE(events.listen(true).ok());
  for (int i = 0; i < 300; ++i) child([] { ::prctl(PR_SET_NAME, "renamed"); });
  EXPECT(isReadable(events.bellFd()));
  EXPECT(events.answerBell());
  // By now somebody else may have rung.
  const auto pid = child([] { ::prctl(PR_SET_NAME, "again"); });
  EXPECT(isReadable(events.bellFd()));
  const auto news = newsOf(events, pid);
  REQUIRE(!news.empty());
  EXPECT((news.back() == ProcessNews(ProcessRenamed{pid})));
}

TEST_CASE("a queue that overflows says so once, and goes on") {
  OPEN_EVENTS(events, 4096);
  REQUIRE(events.listen(true).ok());
  for (int i = 0; i < 200; ++i) child(nothing);
  int lost = 0;
  for (;;) {
    const auto news = events.next();
    REQUIRE(news.ok());
    if (!news.value()) break;
    if (std::holds_alternative<ProcessEventsLost>(*news.value())) ++lost;
  }
  EXPECT(lost == 1);
  const auto pid = child(nothing);
  EXPECT(newsOf(events, pid).size() == 1);
}

}  // namespace failoverd::os
