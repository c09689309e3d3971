#include "wire/checksum.h"

namespace failoverd::wire {

void ChecksumSum::addByte(std::uint8_t byte) {
  sum_ += odd_ ? byte : static_cast<std::uint64_t>(byte) << 8;
  odd_ = !odd_;
}

void ChecksumSum::add(Bytes bytes) {
  for (const auto byte : bytes) addByte(byte);
}

void ChecksumSum::addU16(std::uint16_t value) {
  addByte(static_cast<std::uint8_t>(value >> 8));
  addByte(static_cast<std::uint8_t>(value & 0xff));
}

void ChecksumSum::addU32(std::uint32_t value) {
  addU16(static_cast<std::uint16_t>(value >> 16));
  addU16(static_cast<std::uint16_t>(value & 0xffff));
}

std::uint16_t ChecksumSum::finish() const {
  auto sum = sum_;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

std::uint16_t plainChecksum(Bytes bytes) {
  ChecksumSum sum;
  sum.add(bytes);
  return sum.finish();
}

std::uint16_t pseudoHeaderChecksum(const IpAddress& source, const IpAddress& destination,
                                   std::uint8_t protocol, Bytes bytes) {
  CHECK(source.family() == destination.family());
  ChecksumSum sum;
  sum.add(source.bytes());
  sum.add(destination.bytes());
  // IPv4 has 16 bits of length and one octet of protocol, IPv6 32 and one. The zeros around
  // them do not change a sum, so that both are one.
  sum.addU32(static_cast<std::uint32_t>(bytes.size()));
  sum.addU16(protocol);
  sum.add(bytes);
  return sum.finish();
}

}  // namespace failoverd::wire
