#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ip.h"
#include "base/result.h"
#include "base/time.h"
#include "core/events.h"
#include "core/inputs.h"
#include "core/outputs.h"
#include "wire/advert.h"
#include "wire/hmac.h"

// Adverts that prove who sent them: the AH header (RFC 2338 §5.3.6.3) and the trailer of
// auth_hmac. A password is a field of the advert and judged with it (acceptance.cc).
namespace failoverd::core {

struct CoreState;
struct Router;

struct Authenticity {
  // AH has one counter for what is sent and heard, so that a backup goes on where the master
  // ended: peers take nothing that is not newer (keepalived).
  std::uint32_t ahSequence = 0;
  // auth_hmac. Both outlive a change of configuration: a reload opens no window for a replay.
  wire::HmacSequence signedLast;
  struct Mark {
    IpAddress source;
    wire::HmacSequence newest;
    Instant heard;
  };
  std::vector<Mark> marks;
  // Room for one signed advert.
  std::vector<std::uint8_t> bytes;
};

namespace authenticity {

// Room for what the configuration asks for, so that signing and judging allocate nothing.
void configure(Router& router);
// false: the digest that the configuration needs is not to be had, and nothing may be sent.
[[nodiscard]] bool available(const CoreState& core, const Router& router);

// What it adds to an advert, in octets.
[[nodiscard]] std::size_t overhead(const AuthConfig& auth);

// Begins the next advert: one signature for all of its destinations.
void next(const CoreState& core, Router& router);
// AH: the next advert is newer than what a master that took over meanwhile can have sent, of which
// only the first copy, or with `away` an old one, was heard.
void overtake(Router& router, bool away);
// The advert as it is sent to `to.destination`: `pdu` itself, or a signed copy that is good
// until the next call. Nothing: it cannot be signed, and is not sent.
std::optional<ByteView> protect(const CoreState& core, Router& router, ByteView pdu,
                                const SendAdvert& to);

// What is signed while one of these lives has not been sent as far as the sequences are concerned.
class Unsaid {
 public:
  explicit Unsaid(Router& router);
  ~Unsaid();
  Unsaid(const Unsaid&) = delete;
  Unsaid& operator=(const Unsaid&) = delete;

 private:
  Authenticity& authenticity_;
  std::uint32_t ahSequence_;
  wire::HmacSequence signedLast_;
};

// While one of these lives, adverts are signed as later than all that will be sent until
// `goodUntil()`, for somebody who may have to send them then; afterwards it is as if they had not
// been. The lead is small against what peers tolerate of their clocks, so that a prepared
// goodbye is neither a replay nor from the future.
class Foresight {
 public:
  Foresight(const CoreState& core, Router& router, Instant now);

  // never(): nothing is signed.
  [[nodiscard]] Instant goodUntil() const { return goodUntil_; }

 private:
  Unsaid unsaid_;
  Instant goodUntil_ = Instant::never();
};

// The advert behind an AH header whose digest is right and whose sequence is new.
Result<ByteView, RejectReason> openAh(const CoreState& core, Router& router,
                                      const AdvertReceived& packet);
// What is wrong with the trailer, or with there being none. Remembers the sequence of a right one.
std::optional<RejectReason> judgeTrailer(const CoreState& core, Router& router,
                                         const wire::ParsedAdvert& advert, const IpAddress& source);

}  // namespace authenticity
}  // namespace failoverd::core
