#pragma once

#include <cstdint>
#include <optional>

#include "linux/fd.h"
#include "linux/kernel_facts.h"
#include "linux/sys_error.h"

// Hears of changes of the ruleset of nftables, whoever makes them. What they change is not told: a
// filter in the kernel lets through only the message that ends each transaction, so that one of
// ten thousand rules costs as much as one of a single rule.
namespace failoverd::os {

struct RulesetChange {
  ShortName program;  // that made it; empty on kernels that do not say
};

class RulesetMonitor {
 public:
  // EPERM without CAP_NET_ADMIN over the network namespace.
  static SysResult<RulesetMonitor> open();

  [[nodiscard]] int fd() const { return fd_.get(); }

  // A change since the last call; nothing: none. Those for which there was no room are not told:
  // they happened before those that are there had been read.
  SysResult<std::optional<RulesetChange>> next();

 private:
  explicit RulesetMonitor(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

}  // namespace failoverd::os
