// Behind the Ethernet header (RFC 826, with Ethernet and IPv4):
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |       Hardware type = 1       |    Protocol type = 0x0800     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Hw length = 6 | Pr length = 4 |         Operation = 1         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Sender hardware address (6), sender protocol address (4),     |
//   | target hardware address (6), target protocol address (4)      |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include "wire/arp.h"

#include <optional>

#include "wire/ethernet.h"

namespace failoverd::wire {
namespace {

namespace at {
constexpr std::size_t kHardwareType = kEthernetHeaderSize + 0;
constexpr std::size_t kProtocolType = kEthernetHeaderSize + 2;
constexpr std::size_t kHardwareLength = kEthernetHeaderSize + 4;
constexpr std::size_t kProtocolLength = kEthernetHeaderSize + 5;
constexpr std::size_t kOperation = kEthernetHeaderSize + 6;
constexpr std::size_t kSenderMac = kEthernetHeaderSize + 8;
constexpr std::size_t kSenderAddress = kEthernetHeaderSize + 14;
constexpr std::size_t kTargetMac = kEthernetHeaderSize + 18;
constexpr std::size_t kTargetAddress = kEthernetHeaderSize + 24;
}  // namespace at

constexpr std::uint16_t kHardwareEthernet = 1;
constexpr std::uint8_t kMacSize = 6;
constexpr std::uint8_t kIpv4Size = 4;
constexpr std::uint16_t kOperationRequest = 1;
constexpr std::uint16_t kOperationReply = 2;
constexpr MacAddress kNobody{};

IpAddress addressAt(Bytes frame, std::size_t offset) {
  return *IpAddress::fromBytes(frame.subspan(offset, kIpv4Size));
}

// Judges what every ARP packet between Ethernet hosts has in common.
std::optional<ArpError> judgeForm(Bytes frame) {
  if (frame.size() < kGratuitousArpSize) return ArpError::truncated;
  if (u16At(frame, ethernet_at::kType) != kEtherTypeArp) return ArpError::notArp;
  const bool ethernetV4 = u16At(frame, at::kHardwareType) == kHardwareEthernet &&
                          u16At(frame, at::kProtocolType) == kEtherTypeIpv4 &&
                          u8At(frame, at::kHardwareLength) == kMacSize &&
                          u8At(frame, at::kProtocolLength) == kIpv4Size;
  return ethernetV4 ? std::nullopt : std::optional(ArpError::notEthernetV4);
}

struct Request {
  MacAddress mac;
  IpAddress sender;
  MacAddress targetMac;
  IpAddress target;
};

std::size_t emitRequest(const Request& request, MutableBytes out) {
  CHECK(request.target.isV4());
  CHECK(out.size() >= kGratuitousArpSize);
  const auto frame = out.first(kGratuitousArpSize);
  putEthernetHeader(frame, kBroadcastMac, request.mac, kEtherTypeArp);
  putU16(frame, at::kHardwareType, kHardwareEthernet);
  putU16(frame, at::kProtocolType, kEtherTypeIpv4);
  putU8(frame, at::kHardwareLength, kMacSize);
  putU8(frame, at::kProtocolLength, kIpv4Size);
  putU16(frame, at::kOperation, kOperationRequest);
  putBytes(frame, at::kSenderMac, request.mac.bytes);
  putBytes(frame, at::kSenderAddress, request.sender.bytes());
  putBytes(frame, at::kTargetMac, request.targetMac.bytes);
  putBytes(frame, at::kTargetAddress, request.target.bytes());
  return kGratuitousArpSize;
}

}  // namespace

Result<GratuitousArp, ArpError> parseGratuitousArp(Bytes frame) {
  if (const auto error = judgeForm(frame)) return *error;
  if (u16At(frame, at::kOperation) != kOperationRequest) return ArpError::notRequest;
  const auto sender = addressAt(frame, at::kSenderAddress);
  if (sender != addressAt(frame, at::kTargetAddress)) return ArpError::notGratuitous;
  return GratuitousArp{.mac = macAt(frame, at::kSenderMac), .address = sender};
}

Result<ArpClaim, ArpError> parseArpClaim(Bytes frame) {
  if (const auto error = judgeForm(frame)) return *error;
  if (u16At(frame, at::kOperation) != kOperationReply) {
    const auto announced = parseGratuitousArp(frame);
    if (!announced) return announced.error();
    return ArpClaim{.mac = announced.value().mac, .address = announced.value().address};
  }
  return ArpClaim{.mac = macAt(frame, at::kSenderMac),
                  .address = addressAt(frame, at::kSenderAddress),
                  .reply = true};
}

std::size_t emitArpProbe(const MacAddress& mac, const IpAddress& address, MutableBytes out) {
  return emitRequest({mac, IpAddress::v4(0, 0, 0, 0), kNobody, address}, out);
}

std::size_t emitGratuitousArp(const GratuitousArp& announcement, MutableBytes out) {
  // RFC 5227 §3 leaves the target hardware address of a request open; the routers that share
  // segments with us fill it with ones.
  const auto& [mac, address] = announcement;
  return emitRequest({mac, address, kBroadcastMac, address}, out);
}

}  // namespace failoverd::wire
