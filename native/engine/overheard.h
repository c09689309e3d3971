#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/ip.h"
#include "base/time.h"
#include "core/describe.h"
#include "core/describe_traits.h"
#include "wire/auth.h"
#include "wire/fields.h"

// What somebody who listens to a segment hears of virtual routers: `failoverd listen` and
// `failoverd doctor`. Nothing here runs on the engine's thread.
namespace failoverd::engine {

// Why an advert is not one that a router could accept, in the order in which wire judges.
enum class AdvertFlaw : std::uint8_t {
  none,
  truncated,
  version,
  type,
  length,
  checksum,
  authType,
  interval,
  authHeader,  // the AH header before it makes no sense
};

struct OverheardAdvert {
  MacAddress mac;
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 0;      // or hop limit
  std::uint32_t length = 0;  // octets after the IP header (and AH)
  AdvertFlaw flaw = AdvertFlaw::none;
  // As they stand in the packet, also in a flawed one; zero and empty where it ends before them.
  std::uint8_t version = 0;
  std::uint8_t type = 0;
  std::uint8_t virtualRouterId = 0;
  std::uint8_t priority = 0;
  std::uint8_t addressCount = 0;
  Duration advertInterval;
  std::vector<IpAddress> addresses;
  // VRRPv3 over IPv4 with a checksum that leaves the pseudo-header out.
  bool checksumAsV2 = false;
  std::optional<std::uint8_t> authType;  // VRRPv2
  wire::Password password{};             // VRRPv2: the authentication data
  std::optional<std::uint32_t> ahSequence;
  std::optional<std::uint8_t> hmacKeyId;  // a trailer of HMAC-SHA-256 follows
};

enum class ClaimKind : std::uint8_t { gratuitousArp, arpReply, neighborAdvert };
// Somebody says that an address is theirs.
struct OverheardClaim {
  ClaimKind claim = ClaimKind::gratuitousArp;
  MacAddress mac;
  IpAddress address;
};

// A frame, and what it says; neither: it is of no interest (an ARP request of somebody).
struct OverheardFrame {
  std::int64_t utcMicros = 0;
  bool outgoing = false;  // this host sent it
  std::optional<OverheardAdvert> advert;
  std::optional<OverheardClaim> claim;
  core::ByteView frame;  // a view, as long as the frame is there
};

// Says what is in a frame. Any octets are welcome.
OverheardFrame overhear(wire::Bytes frame);

}  // namespace failoverd::engine

namespace failoverd::core {

template <>
struct EnumNames<engine::AdvertFlaw> {
  static constexpr std::string_view name = "AdvertFlaw";
  static constexpr auto names = words("none", "truncated", "version", "type", "length", "checksum",
                                      "authType", "interval", "authHeader");
};

template <>
struct EnumNames<engine::ClaimKind> {
  static constexpr std::string_view name = "ClaimKind";
  static constexpr auto names = words("gratuitousArp", "arpReply", "neighborAdvert");
};

template <>
struct Description<engine::OverheardAdvert> {
  using Advert = engine::OverheardAdvert;
  static constexpr std::string_view name = "OverheardAdvert";
  static constexpr auto fields = std::tuple(
      field("mac", &Advert::mac), field("source", &Advert::source),
      field("destination", &Advert::destination), field("ttl", &Advert::ttl),
      field("length", &Advert::length), field("flaw", &Advert::flaw),
      field("version", &Advert::version), field("type", &Advert::type),
      field("virtualRouterId", &Advert::virtualRouterId), field("priority", &Advert::priority),
      field("addressCount", &Advert::addressCount),
      field("advertInterval", &Advert::advertInterval), field("addresses", &Advert::addresses),
      field("checksumAsV2", &Advert::checksumAsV2), field("authType", &Advert::authType),
      field("password", &Advert::password), field("ahSequence", &Advert::ahSequence),
      field("hmacKeyId", &Advert::hmacKeyId));
};

template <>
struct Description<engine::OverheardClaim> {
  static constexpr std::string_view name = "OverheardClaim";
  static constexpr auto fields = std::tuple(field("claim", &engine::OverheardClaim::claim),
                                            field("mac", &engine::OverheardClaim::mac),
                                            field("address", &engine::OverheardClaim::address));
};

template <>
struct Description<engine::OverheardFrame> {
  static constexpr std::string_view name = "OverheardFrame";
  static constexpr auto fields = std::tuple(field("utcMicros", &engine::OverheardFrame::utcMicros),
                                            field("outgoing", &engine::OverheardFrame::outgoing),
                                            field("advert", &engine::OverheardFrame::advert),
                                            field("claim", &engine::OverheardFrame::claim),
                                            field("frame", &engine::OverheardFrame::frame));
};

}  // namespace failoverd::core
