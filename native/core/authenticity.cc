#include "core/authenticity.h"

#include <algorithm>

#include "core/election.h"
#include "core/state.h"
#include "wire/ah.h"

namespace failoverd::core::authenticity {
namespace {

// Senders whose newest sequence is remembered with multicast, where nobody lists them.
constexpr std::size_t kMarks = 4;
constexpr std::size_t kMaxIpHeaderSize = 60;  // RFC 791 §3.1, with options

// AH counts adverts: more than these leave before a prepared one is prepared anew. The counter
// has room for 65,536 deaths of a master.
constexpr std::uint32_t kAhLead = 1U << 16;
constexpr auto kAhRenewal = Duration::ofSeconds(5);

wire::HmacSequence clockAt(const CoreState& core, Instant at) {
  const auto utc = at.micros + core.utcOffset.micros;
  return wire::HmacSequence::ofUtcMicros(
      static_cast<std::uint64_t>(std::max<std::int64_t>(utc, 0)));
}

wire::HmacSequence clockOf(const CoreState& core) {
  return clockAt(core, core.now);
}

// How far apart, whichever is the later one. Seconds pass 2^32 in 2106.
Duration distance(wire::HmacSequence a, wire::HmacSequence b) {
  const auto seconds = static_cast<std::int32_t>(a.seconds() - b.seconds());
  return Duration::ofSeconds(seconds < 0 ? -std::int64_t{seconds} : seconds);
}

wire::Bytes keyOf(const HmacKey& key) {
  return wire::Bytes(key.secret).first(std::min<std::size_t>(key.size, key.secret.size()));
}

const HmacKey* find(const AuthConfig& auth, std::uint8_t id) {
  const auto at = std::ranges::find(auth.keys, id, &HmacKey::id);
  return at == auth.keys.end() ? nullptr : &*at;
}

bool signs(const AuthConfig& auth) {
  return auth.kind == AuthKind::hmac && auth.mode != HmacMode::receiveOnly;
}

std::optional<ByteView> signHmac(const CoreState& core, Router& router, std::size_t size,
                                 const SendAdvert& to) {
  const auto& config = router.config;
  const auto* key = find(config.auth, config.auth.activeKey);
  if (key == nullptr) return std::nullopt;
  wire::AdvertContext context;
  context.version = config.version == VrrpVersion::v2 ? wire::Version::v2 : wire::Version::v3;
  context.source = to.source;
  context.destination = to.destination;
  context.v3ChecksumAsV2 = config.v3ChecksumAsV2;
  auto& bytes = router.authenticity.bytes;
  const wire::HmacSigning signing{key->id, keyOf(*key), router.authenticity.signedLast};
  const auto whole = wire::signAdvert(bytes, size, context, signing, core.digests.sha256);
  if (!whole) return std::nullopt;
  return ByteView(bytes).first(*whole);
}

std::optional<ByteView> signAhPacket(const CoreState& core, Router& router, std::size_t size,
                                     const SendAdvert& to) {
  auto& auth = router.authenticity;
  // RFC 2402 §3.3.2: the counter must not cycle.
  if (auth.ahSequence >= wire::kLastAhSequence) return std::nullopt;
  ++auth.ahSequence;
  wire::AhSigning signing;
  signing.key = router.config.auth.password;
  signing.sequence = auth.ahSequence;
  signing.identification = static_cast<std::uint16_t>(auth.ahSequence % 0xffff + 1);
  signing.ttl = to.ttl;
  signing.source = to.source;
  signing.destination = to.destination;
  const auto whole = wire::signAh(auth.bytes, size, signing, core.digests.md5);
  if (!whole) return std::nullopt;
  return ByteView(auth.bytes).first(*whole);
}

std::size_t offsetOf(AuthKind kind) {
  return kind == AuthKind::ah ? wire::kAhAdvertOffset : 0;
}

// keepalived.conf(5), anti_replay: in time mode a mark that the window has left behind says
// nothing any more.
bool replayed(const CoreState& core, Router& router, const IpAddress& source,
              wire::HmacSequence sequence) {
  const auto& auth = router.config.auth;
  auto& marks = router.authenticity.marks;
  auto mark = std::ranges::find(marks, source, &Authenticity::Mark::source);
  if (mark != marks.end()) {
    const bool expired = auth.antiReplay == AntiReplay::time &&
                         distance(clockOf(core), mark->newest) > auth.timeWindow;
    if (!expired && !wire::newer(sequence, mark->newest)) return true;
  } else if (marks.size() < marks.capacity()) {
    marks.push_back({source, sequence, core.now});
    return false;
  } else {
    mark = std::ranges::min_element(marks, {}, &Authenticity::Mark::heard);
  }
  *mark = {source, sequence, core.now};
  return false;
}

// Each of them has a number of its own.
std::uint32_t copiesOf(const Router& router) {
  return static_cast<std::uint32_t>(std::max<std::size_t>(router.config.unicastPeers.size(), 1));
}

// Two masters that counted alike would take each other's adverts for replays for ever. The better
// one goes ahead of all that the other can have sent by our next advert, which that one then hears.
// What was sent long ago is behind anyway, so that a recording moves nothing.
void goAhead(Router& router, ByteView vrrp, const IpAddress& source, std::uint32_t sequence) {
  constexpr std::size_t kPriorityAt = 2;
  if (router.state != State::master || source == router.source) return;
  if (vrrp.size() <= kPriorityAt) return;
  if (!election::outranks(router, Priority{vrrp[kPriorityAt]}, source)) return;
  const auto ahead = 2 * copiesOf(router) + 1;
  if (sequence >= wire::kLastAhSequence - ahead) return;
  auto& own = router.authenticity.ahSequence;
  own = std::max(own, sequence + ahead);
}

}  // namespace

void configure(Router& router) {
  auto& auth = router.authenticity;
  const auto& config = router.config;
  if (config.auth.kind != AuthKind::ah && config.auth.kind != AuthKind::hmac) return;
  auth.bytes.resize(wire::kAhAdvertOffset + wire::kMaxAdvertSize + wire::kHmacTrailerSize);
  auth.marks.reserve(std::max(kMarks, config.unicastPeers.size()));
}

void overtake(Router& router, bool away) {
  if (router.config.auth.kind != AuthKind::ah) return;
  // Regular adverts, four triggered ones in an interval, and as many on the way.
  const auto ahead = away ? kAhLead : 8 * copiesOf(router);
  auto& own = router.authenticity.ahSequence;
  if (own < wire::kLastAhSequence - ahead) own += ahead;
}

bool available(const CoreState& core, const Router& router) {
  const auto kind = router.config.auth.kind;
  if (kind == AuthKind::ah) return core.digests.md5.compute != nullptr;
  return kind != AuthKind::hmac || core.digests.sha256.compute != nullptr;
}

std::size_t overhead(const AuthConfig& auth) {
  if (auth.kind == AuthKind::ah) return wire::kAhSize;
  return signs(auth) ? wire::kHmacTrailerSize : 0;
}

void next(const CoreState& core, Router& router) {
  const auto& auth = router.config.auth;
  if (!signs(auth)) return;
  auto& last = router.authenticity.signedLast;
  const auto clock = clockOf(core);
  // A clock that was set back by more than peers tolerate is followed all the same.
  const bool ahead = wire::newer(last, clock) && distance(last, clock) > auth.timeWindow;
  const bool follow = ahead && auth.antiReplay == AntiReplay::time;
  last = follow ? clock : wire::nextSequence(last, clock);
}

Unsaid::Unsaid(Router& router)
    : authenticity_(router.authenticity),
      ahSequence_(router.authenticity.ahSequence),
      signedLast_(router.authenticity.signedLast) {}

Unsaid::~Unsaid() {
  authenticity_.ahSequence = ahSequence_;
  authenticity_.signedLast = signedLast_;
}

Foresight::Foresight(const CoreState& core, Router& router, Instant now) : unsaid_(router) {
  const auto& auth = router.config.auth;
  auto& sequences = router.authenticity;
  if (auth.kind == AuthKind::ah) {
    if (sequences.ahSequence < wire::kLastAhSequence - kAhLead) sequences.ahSequence += kAhLead;
    goodUntil_ = now + kAhRenewal;
  } else if (signs(auth)) {
    // Twice the time until the renewal, which may be late.
    const auto lead = auth.timeWindow / 4;
    const auto next = wire::nextSequence(sequences.signedLast, clockAt(core, now));
    sequences.signedLast.value =
        next.value + wire::HmacSequence::ofUtcMicros(static_cast<std::uint64_t>(lead.micros)).value;
    goodUntil_ = now + auth.timeWindow / 8;
  }
}

std::optional<ByteView> protect(const CoreState& core, Router& router, ByteView pdu,
                                const SendAdvert& to) {
  const auto& auth = router.config.auth;
  if (auth.kind != AuthKind::ah && !signs(auth)) return pdu;
  const auto offset = offsetOf(auth.kind);
  std::ranges::copy(pdu, router.authenticity.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  return auth.kind == AuthKind::ah ? signAhPacket(core, router, pdu.size(), to)
                                   : signHmac(core, router, pdu.size(), to);
}

Result<ByteView, RejectReason> openAh(const CoreState& core, Router& router,
                                      const AdvertReceived& packet) {
  if (packet.ipHeader.size() < wire::kIpv4HeaderSize || packet.ipHeader.size() > kMaxIpHeaderSize) {
    return RejectReason::authMalformed;
  }
  wire::Ipv4Packet ip;
  ip.header = packet.ipHeader;
  ip.payload = packet.bytes;
  ip.source = packet.source;
  ip.destination = packet.destination;
  ip.ttl = packet.ttl;
  const auto opened = wire::parseAh(ip);
  if (!opened) return RejectReason::authMalformed;
  if (!wire::verifyAh(ip, router.config.auth.password, core.digests.md5)) {
    return RejectReason::authFailure;
  }
  const auto sequence = opened.value().header.sequence;
  if (sequence <= router.authenticity.ahSequence) {
    goAhead(router, opened.value().vrrp, packet.source, sequence);
    return RejectReason::authReplayed;
  }
  router.authenticity.ahSequence = sequence;
  return opened.value().vrrp;
}

std::optional<RejectReason> judgeTrailer(const CoreState& core, Router& router,
                                         const wire::ParsedAdvert& advert,
                                         const IpAddress& source) {
  const auto& auth = router.config.auth;
  if (auth.kind != AuthKind::hmac) return std::nullopt;
  if (advert.trailer.empty()) {
    if (auth.mode == HmacMode::enforce) return RejectReason::authMissing;
    return std::nullopt;
  }
  const auto trailer = wire::parseHmacTrailer(advert.trailer);
  if (!trailer) return RejectReason::authMalformed;
  const auto sequence = trailer.value().sequence;
  // Before any cryptography: a recording costs next to nothing.
  if (auth.antiReplay == AntiReplay::time && distance(clockOf(core), sequence) > auth.timeWindow) {
    return RejectReason::authStale;
  }
  const auto* key = find(auth, trailer.value().keyId);
  if (key == nullptr) return RejectReason::authUnknownKey;
  if (!wire::verifyHmac(advert.pdu, advert.trailer, source, keyOf(*key), core.digests.sha256)) {
    return RejectReason::authFailure;
  }
  if (replayed(core, router, source, sequence)) return RejectReason::authReplayed;
  return std::nullopt;
}

}  // namespace failoverd::core::authenticity
