#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/ip.h"
#include "linux/fd.h"
#include "linux/sys_error.h"

namespace failoverd::os {

enum class ProbeKind : std::uint8_t {
  echo,      // ICMP or ICMPv6
  neighbor,  // ARP or neighbour solicitation: needs an Ethernet interface
};

// Asks one host whether it is there, without a program for it and without waiting. One socket for
// each host: the kernel's filters leave nearly nothing but its answers.
class ProbeSocket {
 public:
  // EPERM without CAP_NET_RAW, ENODEV without that interface. `interface` may be empty for an
  // echo to an address that needs no scope.
  static SysResult<ProbeSocket> open(ProbeKind kind, const IpAddress& target,
                                     std::string_view interface);

  // Sends one question. EHOSTUNREACH, ENETUNREACH, ENETDOWN: it cannot leave.
  SysResult<> ask(std::uint16_t sequence);
  // Reads what has come. Whether the question of that number has been answered; an answer of
  // ARP or ND has no number and is taken for the last question's.
  bool isAnswered(std::uint16_t sequence);

 private:
  ProbeSocket(ProbeKind kind, const IpAddress& target, Fd fd)
      : kind_(kind), target_(target), fd_(std::move(fd)) {}
  SysResult<> restrict(std::string_view interface);
  SysResult<> restrictV6();
  SysResult<> lookUp(std::string_view interface);
  SysResult<> send(std::span<const std::uint8_t> bytes);
  [[nodiscard]] bool isAnswer(std::span<const std::uint8_t> packet, std::uint16_t sequence) const;

  ProbeKind kind_;
  IpAddress target_;
  Fd fd_;
  IfIndex ifIndex_;
  MacAddress mac_;
  std::uint16_t identifier_ = 0;
};

}  // namespace failoverd::os
