// failoverd-guardian: a dead daemon says goodbye (DESIGN law 9).
//
//   failoverd-guardian PID PRIORITY LOCK
//     descriptor 3  the memory that the engine shares (will_page.h)
//     descriptor 4  a line to the daemon (line.h): "ready" goes out, what it has made comes in
//
// It waits for the death of its parent, the process PID, which the kernel tells at once. Then it
// takes the daemon's LOCK, sends what the page says, removes what page and line name, and ends.
// While the daemon lives, or another one has the lock, it does nothing at all, whatever signals
// come. PRIORITY is that of SCHED_RR; 0 asks for none.
//
// Exit status: 0 the will was carried out, or another daemon has taken over; 1 it could not be
// (the reason is on standard error), 2 it was never ready.

#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

#include "guardian/goodbye_sender.h"
#include "guardian/last_acts.h"
#include "guardian/line.h"
#include "guardian/rights.h"
#include "guardian/succession.h"
#include "guardian/will_page.h"
#include "linux/pid_watch.h"
#include "linux/scheduling.h"
#include "linux/shared_memory.h"

namespace failoverd::guardian {
namespace {

constexpr int kPageFd = 3;
constexpr int kLineFd = 4;
constexpr int kCarriedOut = 0;
constexpr int kFailed = 1;
constexpr int kNeverReady = 2;
constexpr useconds_t kPause = 1000;

struct Arguments {
  std::uint32_t daemon = 0;
  int priority = 0;
  std::string_view lock;
};

template <class Number>
bool parse(const char* text, Number& number) {
  const char* end = text + std::strlen(text);
  return std::from_chars(text, end, number).ptr == end;
}

int fail(int status, const char* what, os::Errno error) {
  std::fprintf(stderr, "failoverd-guardian: %s: %s\n", what, std::strerror(error.number));
  return status;
}

// All that it will need, had while there is time.
struct Tools {
  os::SharedMemory page;
  GoodbyeSender sender;
  os::AddressRequests requests;
  Line line;
};

// Returns when the daemon is dead, and keeps what it says until then. Where the kernel has no
// pidfd_open(2), the end of the line says so, which nobody else holds.
void awaitDeath(const Arguments& arguments, std::optional<os::PidWatch>& watch, Line& line) {
  const auto orphaned = [&] { return static_cast<std::uint32_t>(::getppid()) != arguments.daemon; };
  if (watch) {
    const auto added = watch->add(arguments.daemon);
    if (orphaned()) return;  // it died before it could be watched
    if (!added) watch.reset();
  }
  std::array<pollfd, 2> wait{{{line.fd(), POLLIN, 0}, {watch ? watch->fd() : -1, POLLIN, 0}}};
  for (;;) {
    if (::poll(wait.data(), wait.size(), -1) < 1) continue;
    if (wait[1].revents != 0) return;
    if (wait[0].revents == 0 || line.read()) continue;
    wait[0].fd = -1;
    if (watch) continue;
    // The line alone may break while the daemon lives.
    while (!orphaned()) ::usleep(kPause);
    return;
  }
}

int carryOut(const Arguments& arguments, Tools& tools) {
  const auto succession = Succession::settle(arguments.lock, arguments.daemon);
  if (!succession.mayAct()) {
    std::fputs("failoverd-guardian: another failoverd runs by now: nothing was done\n", stderr);
    return kCarriedOut;
  }
  (void)tools.line.read();
  const auto acts = carryOut(WillReader::ofPage(tools.page.bytes()),
                             WillReader(tools.line.records()), tools.sender, tools.requests);
  if (acts.errorNumber != 0) {
    return fail(kFailed, "nothing could be removed", {acts.errorNumber});
  }
  if (acts.done() + acts.failed() > 0) {
    std::fprintf(stderr, "failoverd-guardian: %s\n", acts.sentence().c_str());
  }
  return acts.failed() > 0 ? kFailed : kCarriedOut;
}

int guard(const Arguments& arguments) {
  ignoreSignals();
  hideFromOutOfMemory();
  auto page = os::SharedMemory::read(os::Fd(kPageFd));
  if (!page) return fail(kNeverReady, "the shared page", page.error());
  auto sender = GoodbyeSender::open();
  if (!sender) return fail(kNeverReady, "a raw socket", sender.error());
  auto requests = os::AddressRequests::open();
  if (!requests) return fail(kNeverReady, "rtnetlink", requests.error());
  Tools tools{std::move(page.value()), std::move(sender.value()), std::move(requests.value()),
              Line(kLineFd)};
  auto opened = os::PidWatch::open();
  std::optional<os::PidWatch> watch;
  if (opened) watch = std::move(opened.value());
  (void)os::becomeRealtime(arguments.priority);
  if (const auto error = dropRights(); !error.ok()) return fail(kNeverReady, "capset", error);
  // Without the limit for it the guardian may be paged out, and takes a little longer.
  (void)::mlockall(MCL_CURRENT | MCL_FUTURE);
  tools.line.sayReady();
  awaitDeath(arguments, watch, tools.line);
  return carryOut(arguments, tools);
}

}  // namespace
}  // namespace failoverd::guardian

int main(int argc, char** argv) {
  using namespace failoverd::guardian;
  Arguments arguments;
  if (argc != 4 || !parse(argv[1], arguments.daemon) || !parse(argv[2], arguments.priority)) {
    std::fputs("failoverd-guardian is started by failoverd\n", stderr);
    return kNeverReady;
  }
  arguments.lock = argv[3];
  return guard(arguments);
}
