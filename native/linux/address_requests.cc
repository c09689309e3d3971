#include "linux/address_requests.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "linux/clock.h"
#include "linux/netlink_socket.h"
#include "linux/socket_options.h"

namespace failoverd::os {
namespace {

constexpr std::uint16_t kIfaProto = 11;  // Linux 5.18; older kernels pass it over
constexpr std::uint32_t kForever = 0xffffffff;
constexpr std::uint32_t kReceiveBuffer = 1U << 20;
constexpr std::size_t kLargestRequest = 128;
constexpr std::size_t kPatience = 64;  // requests that are queued without allocating, at first

// Appends one message to a queue of them. Lengths are set as it grows.
class RequestWriter {
 public:
  RequestWriter(std::vector<std::uint8_t>& queue, std::uint16_t type, std::uint16_t flags,
                std::uint32_t request)
      : queue_(queue), start_(queue.size()) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    header.nlmsg_seq = request;
    append(&header, sizeof header);
  }

  void body(const ifaddrmsg& head) { append(&head, sizeof head); }

  void attribute(std::uint16_t type, const void* value, std::size_t size) {
    nlattr header{};
    header.nla_type = type;
    header.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + size);
    append(&header, sizeof header);
    append(value, size);
  }
  void attribute(std::uint16_t type, const IpAddress& address) {
    attribute(type, address.bytes().data(), address.size());
  }

 private:
  // Everything stands at multiples of four.
  void append(const void* from, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    queue_.insert(queue_.end(), bytes, bytes + size);
    queue_.resize(queue_.size() + NLMSG_ALIGN(size) - size, 0);
    const auto length = static_cast<std::uint32_t>(queue_.size() - start_);
    std::memcpy(queue_.data() + start_, &length, sizeof length);  // nlmsg_len comes first
  }

  std::vector<std::uint8_t>& queue_;
  std::size_t start_;
};

ifaddrmsg headOf(IfIndex ifIndex, const IpAddress& address, std::uint8_t prefixLength) {
  ifaddrmsg head{};
  head.ifa_family = address.isV4() ? AF_INET : AF_INET6;
  head.ifa_prefixlen = prefixLength;
  head.ifa_index = ifIndex.value;
  return head;
}

}  // namespace

SysResult<AddressRequests> AddressRequests::open() {
  auto fd = openNetlink(NETLINK_ROUTE, 0, kReceiveBuffer);
  if (!fd) return fd.error();
  // A refusal need not bring back what it refuses.
  SocketOptions(fd.value().get()).attempt(SOL_NETLINK, NETLINK_CAP_ACK, 1);
  return AddressRequests(std::move(fd.value()));
}

AddressRequests::AddressRequests(Fd fd)
    : fd_(std::move(fd)), buffer_(std::make_unique<std::uint8_t[]>(kBufferSize)) {
  outstanding_.reserve(kMaxOutstanding);
  reserve(kPatience);
}

void AddressRequests::reserve(std::size_t requests) {
  queue_.reserve(requests * kLargestRequest);
}

void AddressRequests::add(std::uint32_t request, const AddressSpec& spec) {
  RequestWriter message(queue_, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, request);
  auto head = headOf(spec.ifIndex, spec.address, spec.prefixLength);
  head.ifa_scope = spec.scope;
  message.body(head);
  message.attribute(IFA_LOCAL, spec.address);
  message.attribute(IFA_ADDRESS, spec.peer ? *spec.peer : spec.address);
  if (spec.broadcast) message.attribute(IFA_BROADCAST, *spec.broadcast);
  if (!spec.label.empty()) {
    const auto label = ShortName::of(spec.label);
    message.attribute(IFA_LABEL, label.text.data(), label.view().size() + 1);
  }
  if (spec.flags != 0) message.attribute(IFA_FLAGS, &spec.flags, sizeof spec.flags);
  if (spec.preferredLifetime != kForever) {
    ifa_cacheinfo lifetime{};
    lifetime.ifa_prefered = spec.preferredLifetime;
    lifetime.ifa_valid = kForever;
    message.attribute(IFA_CACHEINFO, &lifetime, sizeof lifetime);
  }
  message.attribute(kIfaProto, &kAddressMark, sizeof kAddressMark);
  ++queuedCount_;
}

void AddressRequests::remove(std::uint32_t request, IfIndex ifIndex, const IpAddress& address,
                             std::uint8_t prefixLength) {
  RequestWriter message(queue_, RTM_DELADDR, 0, request);
  message.body(headOf(ifIndex, address, prefixLength));
  message.attribute(IFA_LOCAL, address);
  ++queuedCount_;
}

void AddressRequests::append(std::uint32_t request, std::span<const std::uint8_t> message) {
  nlmsghdr header{};
  CHECK(message.size() >= sizeof header && message.size() % NLMSG_ALIGNTO == 0);
  std::memcpy(&header, message.data(), sizeof header);
  CHECK(header.nlmsg_len == message.size());
  header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
  header.nlmsg_seq = request;
  const auto at = queue_.size();
  queue_.insert(queue_.end(), message.begin(), message.end());
  std::memcpy(queue_.data() + at, &header, sizeof header);
  ++queuedCount_;
}

SysResult<std::size_t> AddressRequests::sendSlice() {
  const auto room = kMaxOutstanding - outstanding_.size();
  const auto wanted = std::min({queuedCount_, slice_, room});
  if (wanted == 0) return std::size_t{0};
  std::size_t end = queueStart_;
  for (std::size_t i = 0; i < wanted; ++i) {
    nlmsghdr header{};
    std::memcpy(&header, queue_.data() + end, sizeof header);
    outstanding_.push_back(header.nlmsg_seq);
    end += header.nlmsg_len;
  }
  const auto slice = std::span<const std::uint8_t>(queue_).subspan(queueStart_, end - queueStart_);
  const auto begun = now();
  const auto sent = sendNetlink(fd_.get(), slice);
  if (!sent) {
    outstanding_.resize(outstanding_.size() - wanted);
    return sent.error();
  }
  learnPace(wanted, now() - begun);
  queueStart_ = end;
  queuedCount_ -= wanted;
  if (queuedCount_ == 0) {
    queue_.clear();
    queueStart_ = 0;
  }
  return wanted;
}

void AddressRequests::learnPace(std::size_t sent, Duration took) {
  if (took <= kSliceTime) {
    slice_ = std::min(kSlice, 2 * slice_);
    return;
  }
  const auto within = static_cast<std::int64_t>(sent) * kSliceTime.micros / took.micros;
  slice_ = std::max(std::size_t{1}, static_cast<std::size_t>(within));
}

SysResult<std::optional<RequestAnswer>> AddressRequests::next() {
  for (;;) {
    if (pending_) return match(*pending_);
    while (const auto message = unread_.next()) {
      const auto errorNumber = parseAnswer(*message);
      if (!errorNumber) continue;
      if (auto answer = match({message->sequence, *errorNumber})) return answer;
    }
    const auto datagram = receiveNetlink(fd_.get(), {buffer_.get(), kBufferSize});
    if (!datagram) {
      if (datagram.error().number != ENOBUFS) return datagram.error();
      lost_ = true;
      continue;
    }
    if (datagram.value()) {
      unread_ = NetlinkReader(*datagram.value());
      continue;
    }
    // The socket is empty: what is outstanding after a loss will never be answered.
    if (lost_ && !outstanding_.empty()) return std::optional(takeOldest(ENOBUFS));
    lost_ = false;
    return std::optional<RequestAnswer>();
  }
}

// The kernel answers in the order of the requests: an answer that is not the oldest one's says
// that those before it were lost.
std::optional<RequestAnswer> AddressRequests::match(const RequestAnswer& answer) {
  pending_.reset();
  const auto place = std::find(outstanding_.begin(), outstanding_.end(), answer.request);
  if (place == outstanding_.end()) return std::nullopt;
  if (place == outstanding_.begin()) return takeOldest(answer.errorNumber);
  pending_ = answer;
  return takeOldest(ENOBUFS);
}

RequestAnswer AddressRequests::takeOldest(int errorNumber) {
  const RequestAnswer answer{outstanding_.front(), errorNumber};
  outstanding_.erase(outstanding_.begin());
  return answer;
}

}  // namespace failoverd::os
