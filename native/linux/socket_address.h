#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ids.h"
#include "base/ip.h"

namespace failoverd::os {

// A sockaddr of either family, of the right length. IPv6 link-local addresses carry the
// interface as their scope (ip(7), ipv6(7)).
class SocketAddress {
 public:
  SocketAddress() = default;
  SocketAddress(const IpAddress& address, IfIndex scope);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage_); }
  [[nodiscard]] socklen_t length() const { return length_; }
  static constexpr socklen_t capacity() { return sizeof(sockaddr_in6); }

  // What the kernel wrote into it.
  [[nodiscard]] IpAddress address() const;

 private:
  sockaddr_in6 storage_{};  // large enough for both
  socklen_t length_ = sizeof(sockaddr_in6);
};

in_addr toInAddr(const IpAddress& address);
in6_addr toIn6Addr(const IpAddress& address);
IpAddress fromInAddr(const in_addr& address);
IpAddress fromIn6Addr(const in6_addr& address);

}  // namespace failoverd::os
