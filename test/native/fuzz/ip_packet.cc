// A packet as a raw socket hands it over: IPv4, perhaps AH. What is accepted lies within what
// arrived, and its fields make the same header again.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "wire/ah.h"
#include "wire/ipv4.h"

namespace failoverd::wire {
namespace {

bool lieWithin(Bytes part, Bytes whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void emitAgain(const Ipv4Packet& packet) {
  if (packet.payload.size() > 0xffff - kIpv4HeaderSize) return;
  const Ipv4Header header{.tos = packet.tos,
                          .identification = packet.identification,
                          .ttl = packet.ttl,
                          .protocol = packet.protocol,
                          .source = packet.source,
                          .destination = packet.destination,
                          .payloadSize = packet.payload.size()};
  std::vector<std::uint8_t> out(kIpv4HeaderSize + packet.payload.size(), 0xa5);
  CHECK(emitIpv4Header(header, out) == kIpv4HeaderSize);
  std::ranges::copy(packet.payload, out.begin() + kIpv4HeaderSize);
  const auto again = parseIpv4(out);
  CHECK(again);
  CHECK(again.value().source == packet.source && again.value().ttl == packet.ttl);
  CHECK(std::ranges::equal(again.value().payload, packet.payload));
}

bool zeroHmac(void* /*context*/, Bytes /*key*/, std::span<const Bytes> /*parts*/,
              MutableBytes out) {
  std::ranges::fill(out, std::uint8_t{0});
  return true;
}

}  // namespace
}  // namespace failoverd::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failoverd::wire;
  const Bytes bytes(data, size);
  const auto packet = parseIpv4(bytes);
  if (!packet) return 0;
  CHECK(lieWithin(packet.value().header, bytes) && lieWithin(packet.value().payload, bytes));
  emitAgain(packet.value());
  if (!packet.value().hasAh()) return 0;
  const auto ah = parseAh(packet.value());
  if (!ah) return 0;
  CHECK(lieWithin(ah.value().vrrp, bytes));
  const bool zero = std::ranges::all_of(ah.value().header.icv, [](auto byte) { return byte == 0; });
  CHECK(verifyAh(packet.value(), {}, {zeroHmac, nullptr}) == zero);
  return 0;
}
