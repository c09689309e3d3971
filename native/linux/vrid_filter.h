#pragma once

#include <linux/filter.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <span>

#include "base/ids.h"
#include "base/ip.h"

// The kernel's own filter before a raw socket: what is not for a virtual router of ours is
// dropped before anybody is woken.
namespace failoverd::os {

// A set of virtual router identifiers. Empty: nothing is received at all.
class VridSet {
 public:
  static VridSet everyVrid() {
    VridSet set;
    set.bits_.set();
    return set;
  }

  void add(Vrid vrid) { bits_.set(vrid.value); }
  void remove(Vrid vrid) { bits_.reset(vrid.value); }
  void clear() { bits_.reset(); }
  [[nodiscard]] bool contains(Vrid vrid) const { return bits_.test(vrid.value); }
  [[nodiscard]] bool empty() const { return bits_.none(); }
  [[nodiscard]] std::size_t size() const { return bits_.count(); }
  bool operator==(const VridSet&) const = default;

 private:
  std::bitset<256> bits_;
};

// A classic BPF program, with its instructions inside.
struct VridProgram {
  static constexpr std::size_t kCapacity = 48;

  std::array<sock_filter, kCapacity> code{};
  std::size_t size = 0;

  [[nodiscard]] std::span<const sock_filter> instructions() const {
    return std::span(code).first(size);
  }
};

// Accepts packets whose VRID, `headerSize` octets after the IP header plus one, is in the set.
// An IPv4 raw socket shows its filter the IP header first, an IPv6 one does not. `headerSize`:
// what stands between IP and VRRP (24 for AH, otherwise 0). Too short a packet is dropped.
VridProgram vridProgram(const VridSet& vrids, Family family, std::uint8_t headerSize = 0);

}  // namespace failoverd::os
