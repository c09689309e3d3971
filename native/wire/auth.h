#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "wire/fields.h"

// What every kind of authentication shares. The kinds themselves: PASS is a field of the
// VRRPv2 advert (advert.h), AH is a header before it (ah.h), HMAC a trailer (hmac.h).
namespace failoverd::wire {

// RFC 2338 §5.3.6, the `auth type` octet of VRRPv2.
enum class AuthType : std::uint8_t { none = 0, pass = 1, ah = 2 };

// The eight octets of auth_pass, zero padded; also the key of AH.
inline constexpr std::size_t kPasswordSize = 8;
using Password = std::array<std::uint8_t, kPasswordSize>;

// Compares in a time that depends on the lengths only, so that answering does not tell how
// much of a guess was right. Different lengths are unequal.
[[nodiscard]] bool constantTimeEqual(Bytes a, Bytes b);

// A keyed digest, injected: digests come from the OpenSSL that Node carries and this room
// does not know it. `compute` fills `out` with the first out.size() octets of the HMAC of the
// concatenated parts, and answers false when it could not (then nothing may be accepted or
// sent). It is called on the advert path and must neither block nor allocate.
struct Hmac {
  using Compute = bool (*)(void* context, Bytes key, std::span<const Bytes> parts,
                           MutableBytes out);

  Compute compute = nullptr;
  void* context = nullptr;

  [[nodiscard]] bool operator()(Bytes key, std::span<const Bytes> parts, MutableBytes out) const {
    return compute != nullptr && compute(context, key, parts, out);
  }
};

// The two digests that VRRP knows.
struct Digests {
  Hmac md5;     // AH, RFC 2403
  Hmac sha256;  // the trailer
};

}  // namespace failoverd::wire
