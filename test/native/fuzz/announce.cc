// Announcements: a frame from a stranger is parsed both ways, and a value made from the same
// octets is emitted and parsed again.
#include <array>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "wire/arp.h"
#include "wire/ndisc.h"

namespace failoverd::wire {
namespace {

void arp(const GratuitousArp& value) {
  std::vector<std::uint8_t> out(kGratuitousArpSize, 0xa5);
  CHECK(emitGratuitousArp(value, out) == out.size());
  const auto again = parseGratuitousArp(out);
  CHECK(again && again.value() == value);
}

void neighborAdvert(const NeighborAdvert& value) {
  std::vector<std::uint8_t> out(kNeighborAdvertSize, 0xa5);
  CHECK(emitNeighborAdvert(value, out) == out.size());
  const auto again = parseNeighborAdvert(out);
  CHECK(again && again.value() == value);
}

// Seven octets of choice and MAC address, then an address.
void emitFrom(Bytes bytes) {
  if (bytes.size() < 11) return;
  MacAddress mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) mac.bytes[i] = bytes[i + 1];
  arp({.mac = mac, .address = *IpAddress::fromBytes(bytes.subspan(7, 4))});
  if (bytes.size() < 23) return;
  const auto address = *IpAddress::fromBytes(bytes.subspan(7, 16));
  neighborAdvert({.mac = mac, .address = address, .router = (bytes[0] & 1) != 0});
}

}  // namespace
}  // namespace failoverd::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failoverd::wire;
  const Bytes frame(data, size);
  if (const auto parsed = parseGratuitousArp(frame)) arp(parsed.value());
  if (const auto parsed = parseNeighborAdvert(frame)) neighborAdvert(parsed.value());
  emitFrom(frame);
  return 0;
}
