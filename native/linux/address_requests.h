#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "linux/fd.h"
#include "linux/kernel_facts.h"
#include "linux/netlink_reader.h"
#include "linux/sys_error.h"

// Adds and removes addresses in batches. The kernel works on a request inside sendmsg(2) and its
// answers wait in the socket's buffer; a slice is small enough that neither that buffer nor the
// patience of the thread runs out. A loop goes:
//
//   add(...) / remove(...)  for everything that is due
//   sendSlice()             one slice
//   next()                  until there is nothing: the answers, by request number
//   queued() != 0           then again, after the adverts that became due meanwhile
namespace failoverd::os {

struct AddressSpec {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 32;
  std::uint8_t scope = 0;                        // RT_SCOPE_*
  std::string_view label;                        // IPv4; empty: none
  std::optional<IpAddress> broadcast;            // IPv4
  std::optional<IpAddress> peer;                 // of the address's own family
  std::uint32_t flags = 0;                       // IFA_F_NODAD, IFA_F_NOPREFIXROUTE...
  std::uint32_t preferredLifetime = 0xffffffff;  // seconds; 0 = deprecated
};

struct RequestAnswer {
  std::uint32_t request = 0;
  // 0 = done; EEXIST: it was there already; EADDRNOTAVAIL: it was not. ENOBUFS: the answer was
  // lost, and what became of the request has to be looked up.
  int errorNumber = 0;
};

class AddressRequests {
 public:
  // The most in one slice.
  static constexpr std::size_t kSlice = 64;
  // A slice that the kernel was busy with for longer is followed by a smaller one: it looks
  // through all addresses of the interface for each new one, and the caller waits.
  static constexpr Duration kSliceTime = Duration::ofMillis(1);
  // Requests whose answers have not been read; the rest waits. Their answers fit into the
  // receive buffer that every kernel grants.
  static constexpr std::size_t kMaxOutstanding = 256;

  static SysResult<AddressRequests> open();

  [[nodiscard]] int fd() const { return fd_.get(); }

  // Room for this many requests, so that queueing them does not allocate.
  void reserve(std::size_t requests);

  // Queues a request under the caller's number. The mark kAddressMark goes with it.
  void add(std::uint32_t request, const AddressSpec& spec);
  // Over IPv4 the kernel looks at interface and address alone, over IPv6 at the prefix too.
  void remove(std::uint32_t request, IfIndex ifIndex, const IpAddress& address,
              std::uint8_t prefixLength);

  // Queues a whole rtnetlink request that somebody else has made. CHECKs that its length is right.
  void append(std::uint32_t request, std::span<const std::uint8_t> message);

  [[nodiscard]] std::size_t queued() const { return queuedCount_; }
  [[nodiscard]] std::size_t outstanding() const { return outstanding_.size(); }

  // Hands the kernel one slice of what is queued, in order; none while too many answers are
  // unread. Returns when the kernel has done it, with how many. On failure (ENOBUFS, ENOMEM) they
  // stay queued.
  SysResult<std::size_t> sendSlice();

  // The next answer; nothing: none at the moment.
  SysResult<std::optional<RequestAnswer>> next();

 private:
  explicit AddressRequests(Fd fd);
  std::optional<RequestAnswer> match(const RequestAnswer& answer);
  RequestAnswer takeOldest(int errorNumber);
  void learnPace(std::size_t sent, Duration took);

  static constexpr std::size_t kBufferSize = 16384;

  Fd fd_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  NetlinkReader unread_;
  std::vector<std::uint8_t> queue_;  // whole messages
  std::size_t queueStart_ = 0;       // octets of it that were sent
  std::size_t queuedCount_ = 0;
  std::size_t slice_ = kSlice;              // as many as are hoped to take kSliceTime at most
  std::vector<std::uint32_t> outstanding_;  // in the order in which they were sent
  std::optional<RequestAnswer> pending_;    // read, but answers before it were lost
  bool lost_ = false;
};

}  // namespace failoverd::os
