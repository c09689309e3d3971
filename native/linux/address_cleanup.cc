#include "linux/address_cleanup.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "linux/await_readable.h"
#include "linux/clock.h"
#include "linux/netlink_monitor.h"

namespace failoverd::os {
namespace {

// Keeps what a listing says, and what changes while it goes on.
class Listing {
 public:
  void take(const LinkSeen& link) { links_[link.ifIndex] = link; }
  void take(const LinkGone& gone) { links_.erase(gone.ifIndex); }
  void take(const AddressSeen& seen) { addresses_[keyOf(seen)] = seen; }
  void take(const ForwardingSeen&) {}
  void take(const AddressGone& gone) { addresses_.erase(keyOf(gone)); }
  void take(const ListComplete&) { complete_ = true; }
  void take(const Overrun&) {
    links_.clear();
    addresses_.clear();
    begun_ = false;
  }

  [[nodiscard]] bool complete() const { return complete_; }
  // A listing has to be asked for (again).
  bool shallBegin() { return !std::exchange(begun_, true); }

  [[nodiscard]] KernelList result() const {
    KernelList list;
    for (const auto& [ifIndex, link] : links_) list.links.push_back(link);
    for (const auto& [key, address] : addresses_) list.addresses.push_back(address);
    return list;
  }

 private:
  using Key = std::tuple<IfIndex, IpAddress, std::uint8_t>;

  template <class Fact>
  static Key keyOf(const Fact& fact) {
    return {fact.ifIndex, fact.address, fact.prefixLength};
  }

  std::map<IfIndex, LinkSeen> links_;
  std::map<Key, AddressSeen> addresses_;
  bool begun_ = false;
  bool complete_ = false;
};

SysResult<KernelList> listUntil(Instant deadline) {
  auto opened = NetlinkMonitor::open();
  if (!opened) return opened.error();
  auto& monitor = opened.value();
  Listing listing;
  while (!listing.complete()) {
    if (listing.shallBegin()) {
      if (const auto asked = monitor.requestList(); !asked) return asked.error();
    }
    const auto fact = monitor.next();
    if (!fact) return fact.error();
    if (fact.value()) {
      std::visit([&](const auto& what) { listing.take(what); }, *fact.value());
    } else if (const auto waited = awaitReadable(monitor.fd(), deadline); !waited) {
      return waited.error();
    }
  }
  return listing.result();
}

bool matches(const AddressSeen& seen, const StaleAddress& stale) {
  return seen.address == stale.address &&
         (stale.ifIndex == kNoInterface || stale.ifIndex == seen.ifIndex) &&
         (!stale.prefixLength || *stale.prefixLength == seen.prefixLength);
}

// Sorts the answer to one request into the report.
void account(CleanupReport& report, const AddressSeen& address, int errorNumber) {
  // Gone meanwhile, alone or with its interface, or as the secondary of another one.
  if (errorNumber == EADDRNOTAVAIL || errorNumber == ENODEV) return;
  if (errorNumber == 0) {
    report.removed.push_back(address);
  } else {
    report.failed.push_back({address, errorNumber});
  }
}

}  // namespace

SysResult<CleanupReport> removeThese(AddressRequests& requests,
                                     std::span<const AddressSeen> addresses, Duration limit) {
  CleanupReport report;
  const auto deadline = now() + limit;
  requests.reserve(addresses.size());
  std::uint32_t number = 0;
  for (const auto& address : addresses) {
    requests.remove(number++, address.ifIndex, address.address, address.prefixLength);
  }
  const auto answers = carryOut(requests, addresses.size(), deadline);
  if (!answers) return answers.error();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    account(report, addresses[i], answers.value()[i]);
  }
  return report;
}

SysResult<std::vector<int>> carryOut(AddressRequests& requests, std::size_t count,
                                     Instant deadline) {
  std::vector<int> answers(count, ETIMEDOUT);
  while (requests.queued() > 0 || requests.outstanding() > 0) {
    if (const auto sent = requests.sendSlice(); !sent) return sent.error();
    const auto answer = requests.next();
    if (!answer) return answer.error();
    if (answer.value()) {
      answers[answer.value()->request] = answer.value()->errorNumber;
    } else if (!awaitReadable(requests.fd(), deadline)) {
      break;
    }
  }
  return answers;
}

SysResult<KernelList> listKernel(Duration limit) {
  return listUntil(now() + limit);
}

SysResult<CleanupReport> removeAddresses(std::span<const StaleAddress> addresses, Duration limit) {
  const auto deadline = now() + limit;
  auto list = listUntil(deadline);
  if (!list) return list.error();
  auto& found = list.value().addresses;
  std::erase_if(found, [&](const AddressSeen& seen) {
    return std::none_of(addresses.begin(), addresses.end(),
                        [&](const StaleAddress& stale) { return matches(seen, stale); });
  });
  if (found.empty()) return CleanupReport{};
  auto requests = AddressRequests::open();
  if (!requests) return requests.error();
  return removeThese(requests.value(), found, deadline - now());
}

}  // namespace failoverd::os
