#include "guardian/last_acts.h"

#include <linux/netlink.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "linux/address_cleanup.h"
#include "linux/clock.h"
#include "linux/netlink_reader.h"
#include "linux/netlink_socket.h"

namespace failoverd::guardian {
namespace {

// The kernel answers at once; thousands of addresses on one device take seconds.
constexpr auto kLimit = Duration::ofSeconds(10);
constexpr std::uint32_t kReceiveBuffer = 1U << 16;

// ENOENT, ESRCH: a rule, a route or a table. ENODEV: an interface.
bool gone(int errorNumber) {
  return errorNumber == EADDRNOTAVAIL || errorNumber == ENODEV || errorNumber == ENOENT ||
         errorNumber == ESRCH;
}

void account(Count& count, int errorNumber) {
  if (errorNumber == 0) {
    ++count.done;
  } else if (!gone(errorNumber)) {
    ++count.failed;
  }
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// AddressRequests insists on it, and the page was written by somebody who died.
bool isOneMessage(std::span<const std::uint8_t> request) {
  nlmsghdr header{};
  if (request.size() < sizeof header || request.size() % NLMSG_ALIGNTO != 0) return false;
  std::memcpy(&header, request.data(), sizeof header);
  return header.nlmsg_len == request.size();
}

// The routing side: everything in one queue.
class Queue {
 public:
  explicit Queue(os::AddressRequests& requests) : requests_(requests) {}

  void remove(WillReader from, LastActs& acts) {
    while (const auto removal = from.nextRemoval()) {
      if (removal->protocol != NETLINK_ROUTE || !isOneMessage(removal->request)) continue;
      requests_.append(number(), removal->request);
      counts_.push_back(&acts.others);
    }
  }
  void removeAddresses(WillReader from, LastActs& acts) {
    while (const auto possession = from.nextPossession()) {
      requests_.remove(number(), possession->ifIndex, possession->address,
                       possession->prefixLength);
      counts_.push_back(&acts.addresses);
    }
  }
  // Returns an errno.
  int carryOut() {
    const auto answers = os::carryOut(requests_, counts_.size(), os::now() + kLimit);
    if (!answers) return answers.error().number;
    for (std::size_t i = 0; i < counts_.size(); ++i) account(*counts_[i], answers.value()[i]);
    return 0;
  }

 private:
  [[nodiscard]] std::uint32_t number() const { return static_cast<std::uint32_t>(counts_.size()); }

  os::AddressRequests& requests_;
  std::vector<Count*> counts_;
};

// Another part of the kernel than routing (nftables), which has done it when sendmsg(2) returns.
int exchange(const Removal& removal) {
  const auto fd = os::openNetlink(removal.protocol, 0, kReceiveBuffer);
  if (!fd) return fd.error().number;
  const auto sent = os::sendNetlink(fd.value().get(), removal.request);
  if (!sent) return sent.error().number;
  std::array<std::uint8_t, 4096> buffer;
  for (;;) {
    const auto datagram = os::receiveNetlink(fd.value().get(), buffer);
    if (!datagram) return datagram.error().number;
    if (!datagram.value()) return 0;
    os::NetlinkReader reader(*datagram.value());
    while (const auto message = reader.next()) {
      if (const auto answer = os::parseAnswer(*message); answer.value_or(0) != 0) return *answer;
    }
  }
}

}  // namespace

void sayGoodbyes(WillReader will, GoodbyeSender& sender, LastActs& acts) {
  while (const auto goodbye = will.nextGoodbye()) {
    ++(sender.send(*goodbye).ok() ? acts.goodbyes.done : acts.goodbyes.failed);
  }
}

void takeAway(WillReader will, WillReader beside, os::AddressRequests& requests, LastActs& acts) {
  Queue queue(requests);
  queue.remove(will, acts);
  queue.removeAddresses(will, acts);
  queue.remove(beside, acts);
  acts.errorNumber = queue.carryOut();
  while (const auto removal = beside.nextRemoval()) {
    if (removal->protocol != NETLINK_ROUTE) account(acts.others, exchange(*removal));
  }
}

std::string LastActs::sentence() const {
  auto text = "failoverd died: " + counted(goodbyes.done, "goodbye", "goodbyes") + " sent, " +
              counted(addresses.done, "address", "addresses") + " and " +
              counted(others.done, "other thing", "other things") + " removed";
  if (failed() > 0) {
    text += " (" + std::to_string(goodbyes.failed) + ", " + std::to_string(addresses.failed) +
            " and " + std::to_string(others.failed) + " failed)";
  }
  return text;
}

}  // namespace failoverd::guardian
