#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "linux/clock.h"
#include "linux/fd.h"
#include "linux/sys_error.h"
#include "linux/vrid_filter.h"
#include "wire/checksum.h"

// Raw sockets for adverts, one for each interface, family and multicast group or unicast source.
//
// One socket does both directions. The kernel walks over every raw socket of the protocol for
// every packet, so that a second, send-only socket would double that walk, and would need a
// filter that drops everything and a receive buffer kept small only to stay silent. Bound to
// the group it receives for that group alone and still sends from any source: over IPv4 the IP
// header is ours (IP_HDRINCL: a source that is not local, no DF, AH later), over IPv6 source and
// hop limit travel beside each message.
namespace failoverd::os {

struct AdvertSocketOptions {
  // The device to bind to and to join the group on. kNoInterface (unicast only): any device,
  // sending by the routing table.
  IfIndex ifIndex;
  // The multicast group to join, or the unicast address to bind to, which need not be there yet
  // (IP_FREEBIND). Its family is the socket's.
  IpAddress address;
  std::uint8_t protocol = wire::kProtocolVrrp;  // or kProtocolAh, IPv4 only
  // What to receive; none: this socket only sends.
  VridSet vrids;
  std::uint32_t receiveBuffer = 1U << 20;  // octets; beyond net.core.rmem_max when permitted
};

struct OutgoingAdvert {
  // Empty over IPv4: the kernel chooses. Over IPv6 the checksum covers it: EADDRNOTAVAIL.
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 255;  // or hop limit
  // The whole IPv4 packet when the socket's protocol is AH, whose digest covers the header. Else
  // the advert with its checksum: over IPv6 the kernel neither computes nor judges it
  // (IPV6_CHECKSUM is off), because wire does both, with the trailer of HMAC where there is one.
  std::span<const std::uint8_t> bytes;
};

// Views into the inbox, good until its next use.
struct ReceivedAdvert {
  std::span<const std::uint8_t> bytes;     // after the IP header
  std::span<const std::uint8_t> ipHeader;  // IPv4 only (AH's digest covers it), else empty
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;  // or hop limit
  IfIndex ifIndex;       // where it came in
  Instant rxTime;        // when the kernel got it from the device
};

// Room for one batch of packets, for all sockets of a thread. Allocates when made, never later.
class AdvertInbox {
 public:
  static constexpr std::size_t kBatch = 32;
  // IPv4 header with options, AH, 255 IPv6 addresses, password and trailer fit.
  static constexpr std::size_t kPacketSize = 4352;

  AdvertInbox();
  ~AdvertInbox();
  AdvertInbox(AdvertInbox&&) noexcept;
  AdvertInbox& operator=(AdvertInbox&&) noexcept;

  // The memory behind it, for locking and for keeping it out of children.
  [[nodiscard]] std::span<std::byte> memory();
  // Packets that were no IP packet or did not fit, since the inbox was made.
  [[nodiscard]] std::uint64_t malformed() const;

 private:
  friend class AdvertSocket;
  struct Slots;
  std::unique_ptr<Slots> slots_;
};

class AdvertSocket {
 public:
  static constexpr std::size_t kSendBatch = 64;

  // EPERM without CAP_NET_RAW, ENODEV without the interface, EADDRNOTAVAIL for a group and no
  // interface, EAFNOSUPPORT where the kernel has no IPv6.
  static SysResult<AdvertSocket> open(const AdvertSocketOptions& options);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] std::uint8_t protocol() const { return protocol_; }
  // What it is bound to; kNoInterface: nothing.
  [[nodiscard]] IfIndex ifIndex() const { return ifIndex_; }

  // From now on these are received; what is in the buffer already stays there.
  SysResult<> setVrids(const VridSet& vrids);

  // Sends all of them with one system call for each kSendBatch, in order. outcomes[i] says how
  // adverts[i] fared (0 = sent); one that fails does not keep the others back. Returns the number
  // of failures. CHECKs that the two have one size.
  std::size_t sendBatch(std::span<const OutgoingAdvert> adverts, std::span<Errno> outcomes);

  struct Received {
    std::span<const ReceivedAdvert> adverts;  // in the order in which they came
    bool more = false;                        // the batch was full: there may be others
    Instant newest;                           // when the last packet came, whatever it was
    Errno error;                              // never EAGAIN
  };
  // Takes up to AdvertInbox::kBatch packets with one system call.
  Received receiveBatch(AdvertInbox& inbox) const;

 private:
  AdvertSocket(Fd fd, const AdvertSocketOptions& options);

  Fd fd_;
  Family family_;
  IfIndex ifIndex_;
  std::uint8_t protocol_;
  std::uint16_t identification_ = 0;
};

}  // namespace failoverd::os
