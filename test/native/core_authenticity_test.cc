#include "core_lab.h"
#include "linux/openssl_digests.h"
#include "openssl_hmac.h"
#include "testing.h"

// AH and auth_hmac between two routers: who may be heard, and what a recording is worth.
using namespace failoverd;
using core::AntiReplay;
using core::AuthKind;
using core::HmacMode;
using core::State;
using lab::Lab;

using Bytes = std::vector<std::uint8_t>;
using Lines = std::vector<std::string>;

namespace {

wire::Digests digests() {
  return os::opensslDigests(wire::opensslLibrary());
}
bool missing() {
  return wire::opensslLibrary() == nullptr;
}

core::HmacKey key(std::uint8_t id, std::uint8_t octet) {
  core::HmacKey made;
  made.id = id;
  made.secret.fill(octet);
  return made;
}

core::InstanceConfig withHmac(std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.auth.kind = AuthKind::hmac;
  config.auth.keys = {key(1, 11), key(2, 22)};
  config.auth.activeKey = 1;
  return config;
}

core::InstanceConfig withAh(std::uint8_t priority) {
  auto config = Lab::instance(priority);
  config.auth.kind = AuthKind::ah;
  config.auth.password = {'1', '2', '3', '4'};
  return config;
}

// Two routers that know each other: host 1 is MASTER, host 0 hears it.
Lab settled(const core::InstanceConfig& backup, const core::InstanceConfig& master) {
  Lab lab(2, {}, digests());
  for (std::size_t host = 0; host < 2; ++host) {
    lab.give(host, core::ClockSet{Duration::ofSeconds(1'700'000'000)});
  }
  lab.apply(1, master);
  lab.apply(0, backup);
  lab.run(Duration::ofMillis(4200));
  return lab;
}

Lines rejected(Lab& lab, std::size_t host) {
  return lab.takeOnly(host, "rejected");
}

}  // namespace

TEST_CASE("signed adverts elect, and a recording of one is refused") {
  if (missing()) return;
  for (const auto& make : {withHmac, withAh}) {
    auto lab = settled(make(100), make(200));
    EXPECT(lab.state(1) == State::master);
    EXPECT(lab.state(0) == State::backup);
    EXPECT(rejected(lab, 0) == Lines{});
    lab.repeat(1);
    EXPECT(rejected(lab, 0) == Lines{"rejected authReplayed"});
    // The master goes, and its recorded adverts do not keep it alive.
    lab.kill(1);
    for (int i = 0; i < 50; ++i) {
      lab.repeat(1);
      lab.run(Duration::ofMillis(100));
    }
    EXPECT(lab.state(0) == State::master);
  }
}

TEST_CASE(
    "a goodbye that was prepared is newer than what was sent since, and not from the future") {
  if (missing()) return;
  for (const auto& make : {withHmac, withAh}) {
    auto lab = settled(make(100), make(200));
    const auto goodUntil = lab.prepareGoodbye(1);
    EXPECT(goodUntil > lab.now());
    EXPECT(goodUntil < Instant::never());
    // Adverts go on as if nothing had been prepared.
    lab.run(goodUntil - lab.now());
    EXPECT(rejected(lab, 0) == Lines{});
    EXPECT(lab.state(0) == State::backup);
    lab.sayGoodbye(1);
    lab.kill(1);
    lab.take(0);
    lab.run(Duration::ofMillis(700));  // skewTime and not masterDownInterval
    EXPECT(rejected(lab, 0) == Lines{});
    EXPECT(lab.state(0) == State::master);
  }
}

TEST_CASE("a flipped bit of a signed advert is refused") {
  if (missing()) return;
  // Priority, an address, and the last octet of the MAC; the checksum is put right.
  for (const std::size_t at : {std::size_t{2}, std::size_t{11}, std::size_t{47}}) {
    auto lab = settled(withHmac(100), withHmac(200));
    rejected(lab, 0);
    lab.repeat(1, [&](Bytes& bytes) {
      bytes[at] ^= 1;
      if (at < 20) bytes[7] ^= 1;
    });
    EXPECT(rejected(lab, 0).size() == 1);
    EXPECT(lab.status(0).counters.authFailures + lab.status(0).counters.checksumErrors == 1);
    EXPECT(lab.status(0).counters.authInvalid == lab.status(0).counters.authFailures);
  }
}

TEST_CASE("a trailer, or an AH header, of an unknown form is refused as such") {
  if (missing()) return;
  for (const auto& make : {withHmac, withAh}) {
    auto lab = settled(make(100), make(200));
    rejected(lab, 0);
    lab.repeat(1, [&](Bytes& bytes) { bytes[make == &withHmac ? 20 : 21] ^= 0xff; });
    EXPECT(rejected(lab, 0) == Lines{"rejected authMalformed"});
    EXPECT(lab.status(0).counters.authFailures == 1);
    // Told by reason are those of auth_hmac alone.
    EXPECT(lab.status(0).counters.authMalformed == (make == &withHmac ? 1 : 0));
  }
}

TEST_CASE("keys are rotated one router after the other") {
  if (missing()) return;
  auto lab = settled(withHmac(100), withHmac(200));
  auto master = withHmac(200);
  master.revision = Revision{2};
  master.auth.activeKey = 2;
  lab.apply(1, master);
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::backup);
  EXPECT(rejected(lab, 0) == Lines{});
  master.revision = Revision{3};
  master.auth.keys = {key(3, 33)};
  master.auth.activeKey = 3;
  lab.apply(1, master);
  lab.run(Duration::ofSeconds(1));
  EXPECT(rejected(lab, 0) == Lines{"rejected authUnknownKey"});
  EXPECT(lab.status(0).counters.authUnknownKey == lab.status(0).counters.authFailures);
}

TEST_CASE("a key with the right id and other octets is a failure") {
  if (missing()) return;
  auto other = withHmac(200);
  other.auth.keys = {key(1, 99)};
  auto lab = settled(withHmac(100), other);
  EXPECT(rejected(lab, 0).front() == "rejected authFailure");
}

TEST_CASE("enforce refuses what is unsigned, permissive and receive-only accept it") {
  if (missing()) return;
  auto unsignedMaster = Lab::instance(200);
  {
    auto lab = settled(withHmac(100), unsignedMaster);
    EXPECT(rejected(lab, 0).front() == "rejected authMissing");
    EXPECT(lab.state(0) == State::master);
    // Who knows nothing of signatures refuses them by their length.
    EXPECT(rejected(lab, 1).front() == "rejected length");
  }
  for (const auto mode : {HmacMode::permissive, HmacMode::receiveOnly}) {
    auto tolerant = withHmac(100);
    tolerant.auth.mode = mode;
    auto lab = settled(tolerant, unsignedMaster);
    EXPECT(lab.state(0) == State::backup);
    EXPECT(rejected(lab, 0) == Lines{});
  }
  // receive-only does not sign: an old router understands it.
  auto quiet = withHmac(200);
  quiet.auth.mode = HmacMode::receiveOnly;
  auto lab = settled(Lab::instance(100), quiet);
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("in time mode clocks must agree, in monotonic mode they need not") {
  if (missing()) return;
  for (const auto antiReplay : {AntiReplay::time, AntiReplay::monotonic}) {
    auto backup = withHmac(100);
    backup.auth.antiReplay = antiReplay;
    auto lab = settled(backup, withHmac(200));
    rejected(lab, 0);
    lab.give(0, core::ClockSet{Duration::ofSeconds(1'700'000'060)});
    lab.run(Duration::ofSeconds(1));
    const bool stale = antiReplay == AntiReplay::time;
    EXPECT(rejected(lab, 0) == (stale ? Lines{"rejected authStale"} : Lines{}));
  }
}

TEST_CASE("a clock that is set back is followed, and peers hear again") {
  if (missing()) return;
  auto lab = settled(withHmac(100), withHmac(200));
  for (std::size_t host = 0; host < 2; ++host) {
    lab.give(host, core::ClockSet{Duration::ofSeconds(1'600'000'000)});
  }
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(1) == State::master);
  EXPECT(lab.state(0) == State::backup);
  EXPECT(rejected(lab, 0) == Lines{});
}

TEST_CASE("a change of the configuration opens no window for a recording") {
  if (missing()) return;
  auto lab = settled(withHmac(100), withHmac(200));
  auto changed = withHmac(120);
  changed.revision = Revision{2};
  lab.apply(0, changed);
  rejected(lab, 0);
  lab.repeat(1);
  EXPECT(rejected(lab, 0) == Lines{"rejected authReplayed"});
}

TEST_CASE("without a digest nothing is sent and the instance says why") {
  Lab lab(1);
  lab.apply(0, withHmac(200));
  lab.run(Duration::ofSeconds(5));
  EXPECT(lab.state(0) == State::fault);
  EXPECT(lab.takeOnly(0, "advert") == Lines{});
}

TEST_CASE("two masters of AH that count alike do not take each other for a recording for ever") {
  if (missing()) return;
  Lab lab(2, {}, digests());
  for (std::size_t host = 0; host < 2; ++host) {
    auto config = withAh(host == 0 ? 100 : 200);
    config.wantMaster = true;  // both wait for the same time
    lab.apply(host, config);
  }
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(0) == State::backup);
  EXPECT(lab.state(1) == State::master);
}
