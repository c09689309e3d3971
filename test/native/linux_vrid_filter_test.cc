// The BPF program before adverts, run by the kernel itself: a filter works on any socket, and on
// a pair of Unix sockets any octets can be put before it, without rights or a network.
#include <sys/socket.h>

#include <vector>

#include "linux/fd.h"
#include "linux/vrid_filter.h"
#include "testing.h"

namespace failoverd::os {
namespace {

using Packet = std::vector<std::uint8_t>;

class Filtered {
 public:
  explicit Filtered(const VridProgram& program) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
    in_ = Fd(ends[0]);
    out_ = Fd(ends[1]);
    const auto code = program.instructions();
    const sock_fprog filter{static_cast<unsigned short>(code.size()),
                            const_cast<sock_filter*>(code.data())};
    REQUIRE(::setsockopt(out_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0);
  }

  [[nodiscard]] bool passes(const Packet& packet) const {
    ::send(in_.get(), packet.data(), packet.size(), 0);
    Packet got(4096);
    const auto count = ::recv(out_.get(), got.data(), got.size(), 0);
    if (count < 0) return false;
    EXPECT(static_cast<std::size_t>(count) == packet.size());
    return true;
  }

 private:
  Fd in_;
  Fd out_;
};

// `words` of IP header (0: none, as over IPv6), `extra` octets, then a VRRP header.
Packet packetFor(std::uint8_t vrid, std::uint8_t words, std::size_t extra = 0) {
  Packet packet(words * std::size_t{4} + extra + 8, 0xee);
  if (words != 0) packet[0] = static_cast<std::uint8_t>(0x40 | words);
  packet[words * std::size_t{4} + extra + 1] = vrid;
  return packet;
}

void expectExactly(const VridSet& set) {
  const Filtered v4(vridProgram(set, Family::ipv4));
  const Filtered withOptions(vridProgram(set, Family::ipv4));
  const Filtered v6(vridProgram(set, Family::ipv6));
  const Filtered ah(vridProgram(set, Family::ipv4, 24));
  for (unsigned vrid = 0; vrid < 256; ++vrid) {
    INFO(vrid);
    const auto octet = static_cast<std::uint8_t>(vrid);
    const bool wanted = set.contains(Vrid(octet));
    EXPECT(v4.passes(packetFor(octet, 5)) == wanted);
    EXPECT(withOptions.passes(packetFor(octet, 15)) == wanted);
    EXPECT(v6.passes(packetFor(octet, 0)) == wanted);
    EXPECT(ah.passes(packetFor(octet, 5, 24)) == wanted);
  }
}

TEST_CASE("the kernel lets exactly the VRIDs of the set through") {
  VridSet set;
  SUBCASE("none") {}
  SUBCASE("one") {
    set.add(Vrid(51));
  }
  SUBCASE("the edges of words") {
    for (unsigned vrid : {1U, 31U, 32U, 63U, 64U, 127U, 128U, 223U, 224U, 255U}) {
      set.add(Vrid(static_cast<std::uint8_t>(vrid)));
    }
  }
  SUBCASE("all but one") {
    set = VridSet::everyVrid();
    set.remove(Vrid(200));
  }
  SUBCASE("every one") {
    set = VridSet::everyVrid();
  }
  expectExactly(set);
}

TEST_CASE("a packet too short to have a VRID is dropped") {
  const Filtered v4(vridProgram(VridSet::everyVrid(), Family::ipv4));
  const Filtered v6(vridProgram(VridSet::everyVrid(), Family::ipv6));
  EXPECT(!v4.passes(Packet(21, 0x45)));
  EXPECT(v4.passes(Packet(22, 0x45)));
  EXPECT(!v6.passes(Packet(1, 0x31)));
  EXPECT(v6.passes(Packet(2, 0x31)));
}

TEST_CASE("a set of VRIDs counts its members") {
  VridSet set;
  EXPECT(set.empty());
  set.add(Vrid(7));
  set.add(Vrid(7));
  set.add(Vrid(255));
  EXPECT(set.size() == 2);
  set.remove(Vrid(7));
  EXPECT(!set.contains(Vrid(7)));
  EXPECT(set.contains(Vrid(255)));
  set.clear();
  EXPECT(set == VridSet{});
}

}  // namespace
}  // namespace failoverd::os
