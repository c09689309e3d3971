#pragma once

#include <cstdint>
#include <map>

#include "launcher/line.h"
#include "launcher/run.h"
#include "linux/fd.h"
#include "linux/poller.h"
#include "linux/sys_error.h"

namespace failoverd::launcher {

// Starts what the daemon asks for and tells how it ended, until the daemon is gone; then it ends
// what is left.
class Launcher {
 public:
  // Signals must be blocked already.
  static os::SysResult<Launcher> open(int lineFd);

  // Returns when the daemon and everything that it had started are gone.
  void serve();

 private:
  Launcher(Line line, os::Fd deaths, os::Poller poller);

  void takeRequests();
  void run(const RunRequest& request);
  void stop(std::uint32_t id);
  void reap();
  void readOutput(std::uint32_t id);
  void advance();
  void limitLingering();
  [[nodiscard]] int patience(bool allSent) const;

  Line line_;
  os::Fd deaths_;
  os::Poller poller_;  // runs keep a reference to it
  std::map<std::uint32_t, Run> runs_;
  bool daemonIsGone_ = false;
};

}  // namespace failoverd::launcher
