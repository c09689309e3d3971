#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "wire/auth.h"
#include "wire/fields.h"

// The VRRP advertisement: a view that only reads fields (AdvertView), and a value that makes
// sense (Advert) with parse and emit between them. Neither allocates.
namespace failoverd::wire {

enum class Version : std::uint8_t { v2 = 2, v3 = 3 };

inline constexpr std::uint8_t kTypeAdvertisement = 1;
inline constexpr std::size_t kAdvertHeaderSize = 8;
inline constexpr std::size_t kMaxAdvertAddresses = 255;
// Header, 255 IPv6 addresses, and the eight octets that end a VRRPv2 advert.
inline constexpr std::size_t kMaxAdvertSize =
    kAdvertHeaderSize + kMaxAdvertAddresses * 16 + kPasswordSize;

// The addresses of an advert as they are on the wire: packed, network order, one family. A
// view: who builds an advert keeps the bytes, who parses one keeps the packet.
class AddressList {
 public:
  // Nothing unless the bytes are at most 255 whole addresses of the family.
  static std::optional<AddressList> over(Family family, Bytes packed);
  // The empty list of a family.
  constexpr AddressList() = default;
  explicit constexpr AddressList(Family family) : family_(family) {}

  [[nodiscard]] Family family() const { return family_; }
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size() / addressSize(family_); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  // CHECKs index < size().
  [[nodiscard]] IpAddress at(std::size_t index) const;
  [[nodiscard]] bool contains(const IpAddress& address) const;

  static constexpr std::size_t addressSize(Family family) {
    return family == Family::ipv4 ? 4 : 16;
  }

 private:
  Family family_ = Family::ipv4;
  Bytes bytes_;
};

// Same family and same addresses in the same order.
bool operator==(const AddressList& a, const AddressList& b);

struct Advert {
  Version version = Version::v3;
  Vrid vrid{1};
  Priority priority{100};
  // v2 carries whole seconds 1..255, v3 centiseconds 1..4095. emitAdvert() writes the nearest
  // interval that the version can carry; src/config refuses the others long before.
  Duration interval = Duration::ofSeconds(1);
  AddressList addresses;
  // VRRPv2 only; VRRPv3 neither writes nor reads them (RFC 9568 §9). Over IPv6 the type
  // travels alone.
  AuthType authType = AuthType::none;
  Password password{};

  bool operator==(const Advert&) const = default;
};

// What an advert means depends on what is around it.
struct AdvertContext {
  // What this instance speaks.
  Version version = Version::v3;
  // The addresses of the IP header; the destination tells the family. For VRRPv2 over IPv4
  // the source may be left empty: its checksum does not cover it.
  IpAddress source;
  IpAddress destination;
  // `v3_checksum_as_v2`: VRRPv3 over IPv4 without pseudo-header. Emitted in this form; either
  // form is accepted, a sum that is wrong in both never.
  bool v3ChecksumAsV2 = false;
  // An HMAC trailer may follow (hmac.h). It belongs to the checksum over IPv6 only.
  bool trailerAllowed = false;
};

// Why bytes are not an advert, in the order in which they are judged. Each is the
// core::RejectReason of the same name.
enum class AdvertError : std::uint8_t {
  truncated,  // shorter than the fixed header
  version,    // not the version that this instance speaks
  type,       // not an ADVERTISEMENT
  length,     // not the length that the address count announces
  checksum,
  authType,  // VRRPv2: neither none, PASS nor AH
  interval,  // zero: no router can mean that
};

// Reads fields where they are and judges nothing but that there are eight octets. With this
// the core finds the instance of a VRID before it judges the rest.
class AdvertView {
 public:
  static std::optional<AdvertView> over(Bytes bytes);

  [[nodiscard]] std::uint8_t version() const;
  [[nodiscard]] std::uint8_t type() const;
  [[nodiscard]] Vrid vrid() const;
  [[nodiscard]] Priority priority() const;
  [[nodiscard]] std::uint8_t addressCount() const;
  [[nodiscard]] std::uint16_t checksum() const;
  // VRRPv2.
  [[nodiscard]] std::uint8_t authType() const;
  [[nodiscard]] std::uint8_t intervalSeconds() const;
  // VRRPv3, the twelve bits after the four reserved ones.
  [[nodiscard]] std::uint16_t intervalCentis() const;
  [[nodiscard]] Bytes bytes() const { return bytes_; }

 private:
  explicit AdvertView(Bytes bytes) : bytes_(bytes) {}

  Bytes bytes_;
};

// An advert and the bytes it came from, both views into the packet.
struct ParsedAdvert {
  Advert advert;
  Bytes pdu;
  // 28 octets where a trailer is allowed and present, else empty.
  Bytes trailer;
};

// Judges in the order of AdvertError. TTL and VRID belong before it, the password, the
// interval and the address list after it: those are the core's (RFC 9568 §7.1). Octets after
// the advert are taken for Ethernet padding when the whole is no longer than what pads a
// minimal frame behind an IPv4 header; any others are a length error.
Result<ParsedAdvert, AdvertError> parseAdvert(Bytes bytes, const AdvertContext& context);

// The octets that emitAdvert() writes.
[[nodiscard]] std::size_t advertSize(const Advert& advert);

// Writes the advert with its checksum; every octet of the result is written, whatever was
// there. CHECKs that `out` has room for advertSize(advert), that the addresses are of the
// destination's family and that the versions agree. Returns advertSize(advert).
std::size_t emitAdvert(const Advert& advert, const AdvertContext& context, MutableBytes out);

// VRRPv2 over IPv4 with a password (RFC 2338 §5.3.6), however long the rest is. For what writes
// packets down: blankPassword() puts zeros in its place and keeps the checksum as right or wrong as
// it was. CHECKs carriesPassword().
[[nodiscard]] bool carriesPassword(Bytes bytes);
void blankPassword(MutableBytes bytes);

// The checksum of a VRRP packet whose checksum field counts as it is: zero means right. In
// IPv6 the bytes include a trailer.
[[nodiscard]] std::uint16_t advertChecksum(Bytes bytes, const AdvertContext& context);

}  // namespace failoverd::wire
