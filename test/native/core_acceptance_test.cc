#include <functional>

#include "core/acceptance.h"
#include "core_lab.h"
#include "testing.h"

// RFC 9568 §7.1 (and RFC 3768 §7.1 for version 2), check by check: what is refused changes
// counters and nothing else.
using namespace failoverd;
using core::RejectReason;
using core::State;
using lab::Lab;

using Bytes = std::vector<std::uint8_t>;
using Lines = std::vector<std::string>;

namespace {

core::InstanceConfig withPassword() {
  auto config = Lab::instance(100);
  config.auth.kind = core::AuthKind::pass;
  config.auth.password = {'1', '2', '3', '4', '5'};
  return config;
}

// Puts the checksum right again after a field was changed.
void repair(Bytes& bytes) {
  bytes[6] = bytes[7] = 0;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>((bytes[i] << 8) | bytes[i + 1]);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  bytes[6] = static_cast<std::uint8_t>(~sum >> 8);
  bytes[7] = static_cast<std::uint8_t>(~sum);
}

struct Refusal {
  const char* reason;
  std::function<void(Bytes&)> spoil;
};

}  // namespace

TEST_CASE("each refusal has its name and leaves the deadline where it is") {
  const std::vector<Refusal> refusals{
      {"truncated", [](Bytes& b) { b.resize(7); }},
      {"version",
       [](Bytes& b) {
         b[0] = 0x31;
         repair(b);
       }},
      {"type",
       [](Bytes& b) {
         b[0] = 0x22;
         repair(b);
       }},
      {"length",
       [](Bytes& b) {
         b[3] = 2;
         repair(b);
       }},
      {"checksum", [](Bytes& b) { b[2] = 250; }},
      {"authType",
       [](Bytes& b) {
         b[4] = 0;
         repair(b);
       }},
      {"authFailure",
       [](Bytes& b) {
         b[b.size() - 1] = 'x';
         repair(b);
       }},
      {"interval",
       [](Bytes& b) {
         b[5] = 99;
         repair(b);
       }},
      {"unknownVrid",
       [](Bytes& b) {
         b[1] = 100;
         repair(b);
       }},
  };
  for (const auto& refusal : refusals) {
    INFO(refusal.reason);
    Lab lab(1);
    lab.apply(0, withPassword());
    lab.run(Duration::ofMillis(700));
    const auto before = lab.status(0).nextDeadline;
    lab.take(0);
    auto bytes = Lab::advertBytes("10.0.1.9", withPassword(), 200);
    refusal.spoil(bytes);
    lab.injectBytes(0, "10.0.1.9", bytes);
    lab.injectBytes(0, "10.0.1.9", bytes);
    EXPECT(lab.take(0) == Lines{std::string("rejected ") + refusal.reason});
    EXPECT(lab.status(0).nextDeadline == before);
    EXPECT(lab.status(0).counters.advertsReceived == 0);
    EXPECT(!lab.status(0).master.has_value());
  }
}

TEST_CASE("a TTL other than 255 is a forwarded packet") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  lab.injectBytes(0, "10.0.1.9", Lab::advertBytes("10.0.1.9", Lab::instance(100), 200), 254);
  EXPECT(lab.take(0) == Lines{"rejected ttl"});
  EXPECT(lab.status(0).counters.ttlErrors == 1);
}

TEST_CASE("our own advert that comes back is nobody's") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  lab.inject(0, "10.0.1.1", Lab::instance(100), 200);
  EXPECT(lab.take(0) == Lines{"rejected ownAddress"});
}

TEST_CASE("the first of a kind is told again after the master has changed") {
  Lab lab(1);
  lab.apply(0, withPassword());
  lab.take(0);
  auto bad = withPassword();
  bad.auth.password = {};
  const auto junk = [&] { lab.inject(0, "10.0.1.9", bad, 200); };
  junk();
  junk();
  EXPECT(lab.take(0) == Lines{"rejected authFailure"});
  lab.inject(0, "10.0.1.9", withPassword(), 200);
  junk();
  EXPECT(lab.take(0) == Lines{"master 10.0.1.9", "rejected authFailure"});
}

TEST_CASE("RFC 9568: another address list is worth a word and the advert counts") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  auto other = Lab::instance(100);
  other.addresses = {lab::vip("10.0.1.77")};
  lab.inject(0, "10.0.1.9", other, 200);
  lab.inject(0, "10.0.1.9", other, 200);
  EXPECT(lab.take(0) == Lines{"master 10.0.1.9", "odd addressList"});
  EXPECT(lab.status(0).counters.addressListErrors == 2);
  EXPECT(lab.status(0).counters.advertsReceived == 2);
  EXPECT(lab.status(0).master == lab::ip("10.0.1.9"));
}

TEST_CASE("the order of the addresses does not matter") {
  auto config = Lab::instance(100);
  config.addresses = {lab::vip("10.0.1.100"), lab::vip("10.0.1.101")};
  Lab lab(1);
  lab.apply(0, config);
  std::swap(config.addresses[0], config.addresses[1]);
  lab.inject(0, "10.0.1.9", config, 200);
  EXPECT(lab.status(0).counters.addressListErrors == 0);
}

TEST_CASE("skip_check_adv_addr compares only what a new master says") {
  auto config = Lab::instance(100);
  config.skipCheckAdvertAddresses = true;
  Lab lab(1);
  lab.apply(0, config);
  auto other = config;
  other.addresses = {lab::vip("10.0.1.77")};
  for (int i = 0; i < 5; ++i) lab.inject(0, "10.0.1.9", other, 200);
  EXPECT(lab.status(0).counters.addressListErrors == 1);
}

TEST_CASE("VRRPv3: no address is refused, unless there are none here either") {
  auto without = Lab::instanceV3(100, Duration::ofSeconds(1));
  without.addresses.clear();
  Lab lab(2);
  lab.apply(0, Lab::instanceV3(100, Duration::ofSeconds(1)));
  lab.apply(1, without);
  for (const auto host : {0U, 1U}) {
    lab.take(host);
    lab.inject(host, "10.0.1.9", without, 200);
  }
  EXPECT(lab.take(0) == Lines{"rejected noAddresses"});
  EXPECT(lab.status(0).counters.addressListErrors == 1);
  EXPECT(lab.take(1) == Lines{"master 10.0.1.9"});
}

TEST_CASE("VRRPv3: another interval is learnt, not refused") {
  Lab lab(1);
  lab.apply(0, Lab::instanceV3(100, Duration::ofSeconds(1)));
  lab.take(0);
  lab.inject(0, "10.0.1.9", Lab::instanceV3(100, Duration::ofSeconds(2)), 200);
  EXPECT(lab.take(0) == Lines{"master 10.0.1.9", "odd interval"});
}

TEST_CASE("unicast: the form, the peers and their TTL") {
  auto config = Lab::instance(100);
  config.unicast = true;
  config.checkUnicastSource = true;
  config.unicastPeers = {{lab::ip("10.0.1.9"), 64, 64}};
  Lab lab(1);
  lab.apply(0, config);
  lab.run(Duration::zero());
  lab.take(0);
  const auto give = [&](const char* source, const char* destination, std::uint8_t ttl) {
    const auto bytes = Lab::advertBytes(source, Lab::instance(100), 200);
    lab.give(
        0, core::AdvertReceived{lab::kEth0, lab::ip(source), lab::ip(destination), ttl, bytes, {}});
    return lab.take(0);
  };
  EXPECT(give("10.0.1.9", "224.0.0.18", 64) == Lines{"rejected wrongForm"});
  EXPECT(give("10.0.1.8", "10.0.1.1", 64) == Lines{"rejected notAPeer"});
  EXPECT(give("10.0.1.9", "10.0.1.1", 63) == Lines{"rejected peerTtl"});
  EXPECT(give("10.0.1.9", "10.0.1.1", 64) == Lines{"master 10.0.1.9"});
  EXPECT(give("10.0.1.9", "10.0.1.7", 64) == Lines{"rejected unknownVrid"});
}

TEST_CASE("old_unicast_checksum: unicast adverts summed up as if they were multicast") {
  auto config = Lab::instanceV3(100, Duration::ofSeconds(1));
  config.unicast = true;
  config.unicastPeers = {{lab::ip("10.0.1.9"), 0, 255}};
  const auto old = Lab::advertBytes("10.0.1.9", Lab::instanceV3(100, Duration::ofSeconds(1)), 200);
  const auto heard = [&](core::OldUnicastChecksum wish) {
    config.oldUnicastChecksum = wish;
    Lab lab(1);
    lab.apply(0, config);
    lab.run(Duration::zero());
    lab.take(0);
    lab.give(0, core::AdvertReceived{
                    lab::kEth0, lab::ip("10.0.1.9"), lab::ip("10.0.1.1"), 255, old, {}});
    return lab.take(0);
  };
  EXPECT(heard(core::OldUnicastChecksum::never) == Lines{"rejected checksum"});
  EXPECT(heard(core::OldUnicastChecksum::whenHeard) == Lines{"master 10.0.1.9"});
  EXPECT(heard(core::OldUnicastChecksum::always) == Lines{"master 10.0.1.9"});
}

TEST_CASE("old_unicast_checksum: sent from the first one heard on, or always") {
  auto config = Lab::instanceV3(100, Duration::ofSeconds(1));
  config.unicast = true;
  config.oldUnicastChecksum = core::OldUnicastChecksum::whenHeard;
  const auto peer = lab::ip("10.0.1.1");
  const auto old = Lab::advertBytes("10.0.1.9", Lab::instanceV3(100, Duration::ofSeconds(1)), 200);
  core::AdvertBuilder builder;
  const auto built = [&] {
    const auto view = builder.build(config, Priority{200}, lab::ip("10.0.1.9"), peer);
    return Bytes(view.begin(), view.end());
  };
  builder.configure(config);
  EXPECT(built() != old);
  builder.useOldUnicastChecksum();
  EXPECT(built() == old);
  config.oldUnicastChecksum = core::OldUnicastChecksum::always;
  builder.configure(config);
  EXPECT(built() == old);
  config.oldUnicastChecksum = core::OldUnicastChecksum::never;
  builder.configure(config);
  EXPECT(built() != old);
}

TEST_CASE("a unicast packet for a multicast instance is of the wrong form") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  const auto bytes = Lab::advertBytes("10.0.1.9", Lab::instance(100), 200);
  lab.give(0, core::AdvertReceived{
                  lab::kEth0, lab::ip("10.0.1.9"), lab::ip("10.0.1.1"), 255, bytes, {}});
  EXPECT(lab.take(0) == Lines{"rejected wrongForm"});
}

TEST_CASE("the same VRID of the other family or on another interface is another router") {
  Lab lab(1);
  lab.apply(0, Lab::instance(100));
  lab.take(0);
  const auto bytes = Lab::advertBytes("10.0.1.9", Lab::instance(100), 200);
  lab.give(0, core::AdvertReceived{
                  lab::kEth1, lab::ip("10.0.1.9"), lab::ip("224.0.0.18"), 255, bytes, {}});
  EXPECT(lab.take(0) == Lines{"rejected unknownVrid"});
}
