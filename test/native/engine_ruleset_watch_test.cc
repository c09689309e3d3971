// What the engine does where the kernel does not tell of changes of nftables.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <variant>

#include "engine/event_ring.h"
#include "engine/ruleset_watch.h"
#include "linux_netns.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

// While one of these lives, the process gets no further descriptor.
class NoDescriptors {
 public:
  NoDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("what cannot be heard is said with its errno, and heard when it is asked for again") {
  NEEDS_NAMESPACES();
  const test::NetNs ns;
  auto poller = os::Poller::open();
  REQUIRE(poller.ok());
  auto events = std::make_unique<EventRing>();
  RulesetWatch watch(poller.value(), 1, *events);
  const auto now = Instant::ofMicros(1);
  const auto begin = [&] { return ns.in([&] { return watch.begin(now); }); };
  {
    const NoDescriptors none;
    EXPECT(watch.begin(now) == EMFILE);
  }
  EXPECT(watch.deadline() == Instant::never());
  EXPECT(events->last() == 0);
  EXPECT(begin() == 0);
  // What had happened until then was not heard.
  EXPECT(events->last() == 1);
  EXPECT(watch.read(now, true) == 0);
  // Asked for twice it is the same.
  EXPECT(begin() == 0);
  EXPECT(events->last() == 1);
}

}  // namespace
}  // namespace failoverd::engine
