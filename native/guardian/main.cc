// failoverd-guardian: a dead daemon says goodbye (DESIGN law 9).
//
//   failoverd-guardian PID PRIORITY LOCK
//     descriptor 3  the memory that the engine shares (will_page.h)
//     descriptor 4  a line to the daemon (line.h): "ready" goes out, what it has made comes in
//
// It waits for the death of its parent, the process PID, which the kernel tells at once. Then it
// sends what the page says, takes the daemon's LOCK, removes what page and line name, and ends.
// While the daemon lives, or another one has the lock, it does nothing at all, whatever signals
// come. PRIORITY is that of SCHED_RR; 0 asks for none.
//
// Exit status: 0 the will was carried out, or another daemon has taken over; 1 it could not be
// (the reason is on standard error), 2 it was never ready.

#include <sys/mman.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "guardian/death_watch.h"
#include "guardian/goodbye_sender.h"
#include "guardian/last_acts.h"
#include "guardian/line.h"
#include "guardian/rights.h"
#include "guardian/succession.h"
#include "guardian/will_page.h"
#include "linux/out_of_memory.h"
#include "linux/scheduling.h"
#include "linux/shared_memory.h"

namespace failoverd::guardian {
namespace {

constexpr int kPageFd = 3;
constexpr int kLineFd = 4;
constexpr std::uint32_t kFirstProcess = 1;
constexpr int kCarriedOut = 0;
constexpr int kFailed = 1;
constexpr int kNeverReady = 2;

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

// How it went, for standard error and as exit status.
int report(const LastActs& acts) {
  if (acts.errorNumber != 0) {
    return fail(kFailed, "nothing could be removed", {acts.errorNumber});
  }
  if (acts.done() + acts.failed() > 0) {
    std::fprintf(stderr, "failoverd-guardian: %s\n", acts.sentence().c_str());
  }
  return acts.failed() > 0 ? kFailed : kCarriedOut;
}

int carryOut(const Arguments& arguments, Tools& tools) {
  const auto will = WillReader::ofPage(tools.page.bytes().subspan(kWillOffset));
  LastActs acts;
  // While the dead daemon still has its lock nobody can have followed it: peers need not wait.
  const bool early = Succession::isStillOf(arguments.lock, arguments.daemon);
  if (early) sayGoodbyes(will, tools.sender, acts);
  // Process 1 of a container: the kernel ends everything in it when that is gone, the guardian too.
  // What is left are the milliseconds in which the dying one gives its memory back, and then its
  // lock. To be frozen meanwhile and act too late is not possible either: it would be ended frozen.
  if (early && arguments.daemon == kFirstProcess) {
    (void)tools.line.read();
    takeAway(will, WillReader(tools.line.records()), tools.requests, acts);
    return report(acts);
  }
  const auto succession = Succession::settle(arguments.lock, arguments.daemon);
  if (!succession.mayAct()) {
    std::fputs("failoverd-guardian: another failoverd runs by now: nothing was done\n", stderr);
    return kCarriedOut;
  }
  if (!early) sayGoodbyes(will, tools.sender, acts);
  (void)tools.line.read();
  takeAway(will, WillReader(tools.line.records()), tools.requests, acts);
  return report(acts);
}

int watchOver(const Arguments& arguments, Tools& tools, DeathWatch& death) {
  (void)os::becomeRealtime(arguments.priority);
  if (const auto error = dropRights(); !error.ok()) return fail(kNeverReady, "capset", error);
  // Without the limit for it the guardian may be paged out, and takes a little longer.
  (void)::mlockall(MCL_CURRENT | MCL_FUTURE);
  tools.line.sayReady();
  death.await(arguments.daemon, tools.line);
  return carryOut(arguments, tools);
}

// Returns only if it never begins.
int guard(const Arguments& arguments) {
  ignoreSignals();
  (void)os::hideFromOutOfMemory();
  auto page = os::SharedMemory::open(os::Fd(kPageFd));
  if (!page) return fail(kNeverReady, "the shared page", page.error());
  if (page.value().bytes().size() < kWillOffset) {
    return fail(kNeverReady, "the shared page", {EINVAL});
  }
  auto sender = GoodbyeSender::open();
  if (!sender) return fail(kNeverReady, "a raw socket", sender.error());
  auto requests = os::AddressRequests::open();
  if (!requests) return fail(kNeverReady, "rtnetlink", requests.error());
  Tools tools{std::move(page.value()), std::move(sender.value()), std::move(requests.value()),
              Line(kLineFd)};
  DeathWatch death(os::LifeMark(tools.page.bytes()), arguments.priority);
  const int status = watchOver(arguments, tools, death);
  // The thread of `death` uses the page and its bell for as long as there is a process.
  std::_Exit(status);
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
