#include "linux/socket_address.h"

#include <cstring>

#include "base/check.h"

namespace failoverd::os {

in_addr toInAddr(const IpAddress& address) {
  CHECK(address.isV4());
  in_addr out{};
  std::memcpy(&out, address.bytes().data(), sizeof out);
  return out;
}

in6_addr toIn6Addr(const IpAddress& address) {
  CHECK(!address.isV4());
  in6_addr out{};
  std::memcpy(&out, address.bytes().data(), sizeof out);
  return out;
}

IpAddress fromInAddr(const in_addr& address) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address);
  return *IpAddress::fromBytes({bytes, sizeof address});
}

IpAddress fromIn6Addr(const in6_addr& address) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&address);
  return *IpAddress::fromBytes({bytes, sizeof address});
}

SocketAddress::SocketAddress(const IpAddress& address, IfIndex scope) {
  if (address.isV4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_addr = toInAddr(address);
    std::memcpy(&storage_, &v4, sizeof v4);
    length_ = sizeof v4;
    return;
  }
  storage_.sin6_family = AF_INET6;
  storage_.sin6_addr = toIn6Addr(address);
  if (address.isLinkLocal() || address.isMulticast()) storage_.sin6_scope_id = scope.value;
}

IpAddress SocketAddress::address() const {
  if (storage_.sin6_family == AF_INET6) return fromIn6Addr(storage_.sin6_addr);
  sockaddr_in v4{};
  std::memcpy(&v4, &storage_, sizeof v4);
  return fromInAddr(v4.sin_addr);
}

}  // namespace failoverd::os
