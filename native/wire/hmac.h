#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ip.h"
#include "base/result.h"
#include "wire/advert.h"
#include "wire/auth.h"
#include "wire/fields.h"

// The HMAC-SHA-256-128 trailer after an advert (keepalived.conf(5), auth_hmac; the form of
// keepalived 2.4.2 and later). It signs the advert and its sender, not the way it took: IP
// header, TTL, destination and checksum stay out.
namespace failoverd::wire {

inline constexpr std::size_t kHmacTrailerSize = 28;
inline constexpr std::size_t kHmacMacSize = 16;
using HmacMac = std::array<std::uint8_t, kHmacMacSize>;

// When an advert was signed: UTC seconds, then fraction in 1/65536 s, then a counter within
// it, so that each is newer than the one before.
struct HmacSequence {
  std::uint64_t value = 0;

  static constexpr HmacSequence of(std::uint32_t seconds, std::uint16_t fraction,
                                   std::uint16_t counter) {
    return {(std::uint64_t{seconds} << 32) | (std::uint64_t{fraction} << 16) | counter};
  }
  // Microseconds since 1970, UTC, with the counter at zero.
  static HmacSequence ofUtcMicros(std::uint64_t micros);

  [[nodiscard]] constexpr std::uint32_t seconds() const {
    return static_cast<std::uint32_t>(value >> 32);
  }
  bool operator==(const HmacSequence&) const = default;
};

// Serial number arithmetic (RFC 1982 §3.2): right also when the seconds pass 2^32.
[[nodiscard]] bool newer(HmacSequence a, HmacSequence b);
// What to sign with after `last`: the clock, unless that would not be newer.
[[nodiscard]] HmacSequence nextSequence(HmacSequence last, HmacSequence clock);

struct HmacTrailer {
  std::uint8_t keyId = 1;  // 1..255
  HmacSequence sequence;
  HmacMac mac{};

  bool operator==(const HmacTrailer&) const = default;
};

enum class HmacError : std::uint8_t {
  truncated,  // not 28 octets
  malformed,  // an unknown extension type, or reserved bits are set
};

// Reads the fields; whether the MAC is right is verifyHmac()'s. In between the caller judges
// the age of the sequence and finds the key (the order in which keepalived judges).
Result<HmacTrailer, HmacError> parseHmacTrailer(Bytes trailer);

// Is the trailer's MAC the one of this key over the advert from `source`? Compares in constant
// time; false also when the digest cannot be had. CHECKs a trailer of 28 octets.
[[nodiscard]] bool verifyHmac(Bytes pdu, Bytes trailer, const IpAddress& source, Bytes key,
                              const Hmac& sha256);

struct HmacSigning {
  std::uint8_t keyId = 1;
  Bytes key;
  HmacSequence sequence;
};

// Signs the advert that emitAdvert() wrote at the front of `out`: appends the trailer, and
// over IPv6 renews the checksum, which covers both. Returns the size of the whole, or nothing
// when the digest cannot be had (then nothing may be sent). CHECKs room for the trailer.
[[nodiscard]] std::optional<std::size_t> signAdvert(MutableBytes out, std::size_t pduSize,
                                                    const AdvertContext& context,
                                                    const HmacSigning& signing, const Hmac& sha256);

}  // namespace failoverd::wire
