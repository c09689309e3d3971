#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "linux/life_mark.h"
#include "testing.h"

namespace failoverd::os {
namespace {

class SharedPage {
 public:
  SharedPage()
      : start_(::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    REQUIRE(start_ != MAP_FAILED);
  }
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;
  ~SharedPage() { ::munmap(start_, kBytes); }

  [[nodiscard]] std::span<std::uint8_t> bytes() const {
    return {static_cast<std::uint8_t*>(start_), kBytes};
  }

 private:
  static constexpr std::size_t kBytes = 4096;
  void* start_;
};

struct Pipe {
  int ends[2];
  Pipe() { REQUIRE(::pipe(ends) == 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  void tell() const { REQUIRE(::write(ends[1], "x", 1) == 1); }
  void hear() const {
    char byte = 0;
    REQUIRE(::read(ends[0], &byte, 1) == 1);
  }
};

TEST_CASE("a life mark tells of a killed process") {
  const SharedPage page;
  auto mark = LifeMark::make(page.bytes());
  REQUIRE(mark);
  const Pipe taken;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    LifeMark own(page.bytes());
    if (own.take()) taken.tell();
    for (;;) ::pause();
  }
  taken.hear();
  ::kill(child, SIGKILL);
  CHECK(mark.value().awaitDeath());
  // A second one who waits hears of it, too.
  CHECK(LifeMark(page.bytes()).awaitDeath());
  CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("a life mark tells of its thread while the process is still there") {
  const SharedPage page;
  auto mark = LifeMark::make(page.bytes());
  REQUIRE(mark);
  const Pipe taken;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // Dies as a killed thread does, without a word to anybody.
    std::thread engine([&] {
      if (LifeMark(page.bytes()).take()) taken.tell();
      ::syscall(SYS_exit, 0);
    });
    for (;;) ::pause();
  }
  taken.hear();
  CHECK(mark.value().awaitDeath());
  CHECK(::waitpid(child, nullptr, WNOHANG) == 0);
  ::kill(child, SIGKILL);
  CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("a life mark that was given back tells of no death") {
  const SharedPage page;
  auto mark = LifeMark::make(page.bytes());
  REQUIRE(mark);
  const Pipe taken;
  const Pipe waiting;
  bool died = true;
  std::thread engine([&] {
    LifeMark own(page.bytes());
    if (!own.take()) return;
    taken.tell();
    waiting.hear();
    own.release();
  });
  taken.hear();
  std::thread watcher([&] {
    waiting.tell();
    died = LifeMark(page.bytes()).awaitDeath();
  });
  engine.join();
  watcher.join();
  CHECK(!died);
}

}  // namespace
}  // namespace failoverd::os
