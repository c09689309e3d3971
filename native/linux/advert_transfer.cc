// AdvertSocket at work: batches out and in, each packet with what goes beside it.

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "linux/advert_socket.h"
#include "linux/socket_address.h"
#include "wire/ipv4.h"

namespace failoverd::os {
namespace {

// ---- Sending -------------------------------------------------------------------------

// Source and hop limit of one IPv6 packet (RFC 3542 §6).
struct Ipv6Control {
  static constexpr std::size_t kSize = CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int));

  alignas(cmsghdr) std::array<std::uint8_t, kSize> bytes{};
  std::size_t used = 0;

  template <class T>
  void add(int type, const T& value) {
    auto* header = reinterpret_cast<cmsghdr*>(bytes.data() + used);
    header->cmsg_level = IPPROTO_IPV6;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof value);
    std::memcpy(CMSG_DATA(header), &value, sizeof value);
    used += CMSG_SPACE(sizeof value);
  }
};

// One message with everything that it points to.
struct Outgoing {
  SocketAddress to;
  std::array<std::uint8_t, wire::kIpv4HeaderSize> ipv4Header;
  Ipv6Control control;
  std::array<iovec, 2> parts;
};

iovec partOf(std::span<const std::uint8_t> bytes) {
  return {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

void fillIpv4(Outgoing& out, const OutgoingAdvert& advert, std::uint8_t protocol,
              std::uint16_t identification, msghdr& message) {
  wire::emitIpv4Header({.identification = identification,
                        .ttl = advert.ttl,
                        .protocol = protocol,
                        .source = advert.source,
                        .destination = advert.destination,
                        .payloadSize = advert.bytes.size()},
                       out.ipv4Header);
  out.parts = {partOf(out.ipv4Header), partOf(advert.bytes)};
  message.msg_iovlen = 2;
}

void fillIpv6(Outgoing& out, const OutgoingAdvert& advert, IfIndex ifIndex, msghdr& message) {
  in6_pktinfo info{};
  info.ipi6_addr = toIn6Addr(advert.source);
  info.ipi6_ifindex = ifIndex.value;
  out.control = {};
  out.control.add(IPV6_PKTINFO, info);
  out.control.add(IPV6_HOPLIMIT, int{advert.ttl});
  out.parts[0] = partOf(advert.bytes);
  message.msg_iovlen = 1;
  message.msg_control = out.control.bytes.data();
  message.msg_controllen = out.control.used;
}

bool canBeSent(const OutgoingAdvert& advert, Family family) {
  const bool oneFamily = advert.destination.family() == family;
  if (family == Family::ipv4) return oneFamily && advert.source.isV4();
  return oneFamily && !advert.source.isV4() && !advert.source.isUnspecified();
}

// Hands over all messages; says what became of each. Returns the number of failures.
std::size_t sendAll(int fd, std::span<mmsghdr> messages, std::span<Errno* const> outcomes) {
  std::size_t failed = 0;
  std::size_t next = 0;
  while (next < messages.size()) {
    const auto left = static_cast<unsigned>(messages.size() - next);
    const int sent = ::sendmmsg(fd, &messages[next], left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      for (int i = 0; i < sent; ++i) *outcomes[next++] = {};
      continue;
    }
    // sendmmsg(2) tells the reason only when the very first one fails, as it does now.
    if (errno == EINTR) continue;
    *outcomes[next++] = Errno::last();
    ++failed;
  }
  return failed;
}

// ---- Receiving -----------------------------------------------------------------------

constexpr std::size_t kControlSize = 128;  // time stamp, address and interface, hop limit

template <class T>
T valueOf(const cmsghdr& header) {
  T value{};
  if (header.cmsg_len >= CMSG_LEN(sizeof value)) {
    std::memcpy(&value, CMSG_DATA(&header), sizeof value);
  }
  return value;
}

// Reads what the kernel put beside a packet (socket(7), ip(7), ipv6(7)).
void readControl(msghdr& message, const StampClock& clock, ReceivedAdvert& advert) {
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    const auto is = [header](int level, int type) {
      return header->cmsg_level == level && header->cmsg_type == type;
    };
    if (is(SOL_SOCKET, SCM_TIMESTAMPNS)) {
      advert.rxTime = clock.at(valueOf<timespec>(*header));
    } else if (is(IPPROTO_IP, IP_PKTINFO)) {
      const auto index = valueOf<in_pktinfo>(*header).ipi_ifindex;
      advert.ifIndex = IfIndex(static_cast<std::uint32_t>(index));
    } else if (is(IPPROTO_IPV6, IPV6_PKTINFO)) {
      const auto info = valueOf<in6_pktinfo>(*header);
      advert.ifIndex = IfIndex(info.ipi6_ifindex);
      advert.destination = fromIn6Addr(info.ipi6_addr);
    } else if (is(IPPROTO_IPV6, IPV6_HOPLIMIT)) {
      advert.ttl = static_cast<std::uint8_t>(valueOf<int>(*header));
    }
  }
}

// An IPv4 raw socket hands over the IP header, an IPv6 one does not.
bool readPacket(Family family, std::span<const std::uint8_t> packet, const SocketAddress& from,
                ReceivedAdvert& advert) {
  if (family == Family::ipv6) {
    advert.source = from.address();
    advert.bytes = packet;
    return true;
  }
  const auto parsed = wire::parseIpv4(packet);
  if (!parsed) return false;
  const auto& ip = parsed.value();
  advert.source = ip.source;
  advert.destination = ip.destination;
  advert.ttl = ip.ttl;
  advert.ipHeader = ip.header;
  advert.bytes = ip.payload;
  return true;
}

}  // namespace

std::size_t AdvertSocket::sendBatch(std::span<const OutgoingAdvert> adverts,
                                    std::span<Errno> outcomes) {
  CHECK(adverts.size() == outcomes.size());
  std::array<mmsghdr, kSendBatch> messages;
  std::array<Outgoing, kSendBatch> outgoing;
  std::array<Errno*, kSendBatch> results;
  std::size_t failed = 0;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < adverts.size(); ++i) {
    const auto& advert = adverts[i];
    if (canBeSent(advert, family_)) {
      auto& out = outgoing[filled];
      auto& message = messages[filled].msg_hdr;
      message = {};
      out.to = SocketAddress(advert.destination, ifIndex_);
      message.msg_name = out.to.get();
      message.msg_namelen = out.to.length();
      message.msg_iov = out.parts.data();
      if (protocol_ == wire::kProtocolAh) {
        out.parts[0] = partOf(advert.bytes);
        message.msg_iovlen = 1;
      } else if (family_ == Family::ipv4) {
        // 0 would let the kernel choose.
        if (++identification_ == 0) identification_ = 1;
        fillIpv4(out, advert, protocol_, identification_, message);
      } else {
        fillIpv6(out, advert, ifIndex_, message);
      }
      results[filled++] = &outcomes[i];
    } else {
      outcomes[i] = {EADDRNOTAVAIL};
      ++failed;
    }
    if (filled == kSendBatch || i + 1 == adverts.size()) {
      failed += sendAll(fd_.get(), std::span(messages).first(filled),
                        std::span<Errno* const>(results).first(filled));
      filled = 0;
    }
  }
  return failed;
}

struct AdvertInbox::Slots {
  struct Slot {
    alignas(cmsghdr) std::array<std::uint8_t, kControlSize> control;
    std::array<std::uint8_t, kPacketSize> packet;
    SocketAddress from;
    iovec part;
  };

  std::array<Slot, kBatch> slots{};
  std::array<mmsghdr, kBatch> messages{};
  std::array<ReceivedAdvert, kBatch> adverts{};
  StampClock clock;
  std::uint64_t malformed = 0;

  Slots() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      auto& slot = slots[i];
      auto& message = messages[i].msg_hdr;
      slot.part = {slot.packet.data(), slot.packet.size()};
      message.msg_name = slot.from.get();
      message.msg_iov = &slot.part;
      message.msg_iovlen = 1;
      message.msg_control = slot.control.data();
    }
  }

  // The kernel shortens these with each packet.
  void prepare() {
    for (auto& message : messages) {
      message.msg_hdr.msg_namelen = SocketAddress::capacity();
      message.msg_hdr.msg_controllen = kControlSize;
      message.msg_hdr.msg_flags = 0;
    }
  }

  bool read(std::size_t index, Family family, ReceivedAdvert& advert) {
    auto& message = messages[index];
    advert = {};
    advert.rxTime = clock.sampledAt();
    readControl(message.msg_hdr, clock, advert);
    if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) return false;
    const auto packet = std::span<const std::uint8_t>(slots[index].packet).first(message.msg_len);
    return readPacket(family, packet, slots[index].from, advert);
  }
};

AdvertInbox::AdvertInbox() : slots_(std::make_unique<Slots>()) {}
AdvertInbox::~AdvertInbox() = default;
AdvertInbox::AdvertInbox(AdvertInbox&&) noexcept = default;
AdvertInbox& AdvertInbox::operator=(AdvertInbox&&) noexcept = default;

std::span<std::byte> AdvertInbox::memory() {
  return std::as_writable_bytes(std::span(slots_.get(), 1));
}

std::uint64_t AdvertInbox::malformed() const {
  return slots_->malformed;
}

AdvertSocket::Received AdvertSocket::receiveBatch(AdvertInbox& inbox) const {
  auto& slots = *inbox.slots_;
  slots.prepare();
  const int count = ::recvmmsg(fd_.get(), slots.messages.data(), AdvertInbox::kBatch,
                               MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) {
    const auto error = Errno::last();
    if (error.wouldBlock()) return {};
    if (error.number == EINTR) return {.adverts = {}, .more = true, .newest = {}, .error = {}};
    return {.adverts = {}, .more = false, .newest = {}, .error = error};
  }
  slots.clock.sample();
  const auto received = static_cast<std::size_t>(count);
  std::size_t good = 0;
  Instant newest;
  for (std::size_t i = 0; i < received; ++i) {
    auto& advert = slots.adverts[good];
    const bool whole = slots.read(i, family_, advert);
    newest = advert.rxTime;
    ++(whole ? good : slots.malformed);
  }
  return {.adverts = std::span<const ReceivedAdvert>(slots.adverts).first(good),
          .more = received == AdvertInbox::kBatch,
          .newest = newest,
          .error = {}};
}

}  // namespace failoverd::os
