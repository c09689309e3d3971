#pragma once

#include <vector>

#include "engine/announcements.h"
#include "engine/event_ring.h"
#include "engine/protocol.h"
#include "linux/netlink_monitor.h"

namespace failoverd::engine {

// Links and addresses, from the kernel to the core, and the links' names for TypeScript.
class KernelWatch {
 public:
  KernelWatch(os::NetlinkMonitor monitor, EventRing& events, Announcements& announcements)
      : monitor_(std::move(monitor)), events_(events), announcements_(announcements) {}

  [[nodiscard]] int fd() const { return monitor_.fd(); }
  // Asks for everything that is there. Returns 0 or an errno.
  int list();
  // Takes all facts that wait. Returns 0 or an errno.
  int read(Instant now, Protocol& protocol);

  // What there is has been asked for and not been told yet.
  [[nodiscard]] bool listing() const { return listing_; }

  [[nodiscard]] const std::vector<LinkStatus>& links() const { return links_; }

 private:
  void take(Instant now, Protocol& protocol, const os::KernelFact& fact);
  void see(Instant now, const LinkStatus& link);
  void forgetUnlisted(Instant now);

  os::NetlinkMonitor monitor_;
  EventRing& events_;
  Announcements& announcements_;
  std::vector<LinkStatus> links_;
  bool listing_ = false;
  std::vector<IfIndex> listed_;  // named since the listing was asked for
};

}  // namespace failoverd::engine
