#include <cstdlib>
#include <string>

#include "pcap.h"
#include "testing.h"
#include "wire/advert.h"
#include "wire_bytes.h"

// Captures of other routers, where FAILOVERD_CORPUS names a directory that has them: what we
// read in each packet must be what tshark read in it.
namespace failoverd::wire {
namespace {

std::optional<std::string> captures() {
  const char* corpus = std::getenv("FAILOVERD_CORPUS");
  if (corpus == nullptr) return std::nullopt;
  return std::string(corpus) + "/pcap/";
}

AdvertContext contextOf(const CapturedAdvert& captured) {
  const bool v2 = !captured.vrrp.empty() && captured.vrrp[0] >> 4 == 2;
  return {.version = v2 ? Version::v2 : Version::v3,
          .source = captured.source,
          .destination = captured.destination,
          .v3ChecksumAsV2 = false,
          .trailerAllowed = false};
}

std::string addressesOf(const Advert& advert) {
  std::string text;
  for (std::size_t i = 0; i < advert.addresses.size(); ++i) {
    if (i != 0) text += ',';
    text += advert.addresses.at(i).toString();
  }
  return text;
}

std::string intervalOf(const Advert& advert) {
  const auto unit = advert.version == Version::v2 ? Duration::ofSeconds(1) : Duration::ofCentis(1);
  return std::to_string(advert.interval.micros / unit.micros);
}

void compare(const Advert& advert, const Row& row) {
  const bool v2 = advert.version == Version::v2;
  EXPECT(column(row, "vrrp.version") == (v2 ? "2" : "3"));
  EXPECT(column(row, "vrrp.virt_rtr_id") == std::to_string(advert.vrid.value));
  EXPECT(column(row, "vrrp.prio") == std::to_string(advert.priority.value));
  EXPECT(column(row, v2 ? "vrrp.adver_int" : "vrrp.short_adver_int") == intervalOf(advert));
  if (v2) {
    EXPECT(column(row, "vrrp.auth_type") == std::to_string(static_cast<int>(advert.authType)));
  }
  const bool v4 = advert.addresses.family() == Family::ipv4;
  EXPECT(column(row, v4 ? "vrrp.ip_addr" : "vrrp.ipv6_addr") == addressesOf(advert));
}

// Every packet is a good advert, is read as tshark read it, and is written again bit by bit.
std::size_t judgeGoodCapture(const std::string& name) {
  const auto packets = ipPacketsOf(*captures() + name);
  const auto rows = rowsOf(*captures() + "fields_" + name + ".tsv");
  REQUIRE(packets);
  REQUIRE(rows);
  REQUIRE(packets->size() == rows->size());
  for (std::size_t i = 0; i < packets->size(); ++i) {
    INFO(i);
    const auto captured = advertIn((*packets)[i]);
    REQUIRE(captured);
    EXPECT(captured->ttl == 255);
    const auto context = contextOf(*captured);
    const auto parsed = parseAdvert(captured->vrrp, context);
    REQUIRE(parsed);
    compare(parsed.value().advert, (*rows)[i]);
    auto out = junk(parsed.value().pdu.size());
    emitAdvert(parsed.value().advert, context, out);
    EXPECT(toHex(out) == toHex(parsed.value().pdu));
  }
  return packets->size();
}

TEST_CASE("captures: 165 adverts of four routers, both versions and families") {
  if (!captures()) return;
  EXPECT(judgeGoodCapture("tcpdump_vrrp.pcap") == 165);
}

TEST_CASE("captures: a preemption") {
  if (!captures()) return;
  EXPECT(judgeGoodCapture("packetlife_VRRP_preempt.cap") == 16);
}

TEST_CASE("captures: malformed packets are no adverts") {
  if (!captures()) return;
  for (const auto* name :
       {"packetlife_VRRP_Malformed_DoS.cap", "tcpdump_vrrp-vrrp_print-oobr-2.pcap"}) {
    INFO(name);
    const auto packets = ipPacketsOf(*captures() + name);
    REQUIRE(packets);
    EXPECT(!packets->empty());
    for (const auto& packet : *packets) {
      const auto captured = advertIn(packet);
      EXPECT((!captured || !parseAdvert(captured->vrrp, contextOf(*captured))));
    }
  }
}

}  // namespace
}  // namespace failoverd::wire
