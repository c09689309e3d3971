// The page between engine and guardian: what was finished counts, whatever the writer was doing
// when it died.
#include <array>
#include <vector>

#include "guardian/will_page.h"
#include "testing.h"

namespace failoverd::guardian {
namespace {

constexpr std::array<std::uint8_t, 3> kBytes{1, 2, 3};

Goodbye goodbyeFrom(const char* source) {
  Goodbye goodbye;
  goodbye.ifIndex = IfIndex(7);
  goodbye.source = *IpAddress::parse(source);
  goodbye.destination = *IpAddress::parse("224.0.0.18");
  goodbye.ttl = 64;
  goodbye.bytes = kBytes;
  return goodbye;
}

Possession possession(const char* address) {
  return {IfIndex(9), *IpAddress::parse(address), 24};
}

std::vector<std::string> addressesIn(std::span<const std::uint8_t> page) {
  auto reader = WillReader::ofPage(page);
  std::vector<std::string> texts;
  while (const auto one = reader.nextPossession()) texts.push_back(one->address.toString());
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a page on which nothing was finished asks for nothing") {
  alignas(8) std::array<std::uint8_t, 1024> page{};
  EXPECT(addressesIn(page).empty());
  WillWriter writer(page);
  EXPECT(addressesIn(page).empty());
  writer.begin();
  writer.add(possession("192.0.2.1"));
  EXPECT(addressesIn(page).empty());
}

TEST_CASE("a removal is finished in the page and comes back as it is then") {
  alignas(8) std::array<std::uint8_t, 64> page{};
  WillWriter writer(page);
  writer.begin();
  const auto copy = writer.add(Removal{12, kBytes});
  REQUIRE(copy.size() == kBytes.size());
  copy[1] = 9;
  EXPECT(writer.add(Removal{0, page}).empty());  // no room
  EXPECT(writer.end() == 1);
  auto reader = WillReader::ofPage(page);
  const auto removal = reader.nextRemoval();
  REQUIRE(removal.has_value());
  EXPECT(removal->protocol == 12);
  EXPECT(removal->request[1] == 9);
  EXPECT(!reader.nextRemoval().has_value());
}

TEST_CASE("goodbyes and addresses come back as they were, in any order of writing") {
  alignas(8) std::array<std::uint8_t, 1024> page{};
  WillWriter writer(page);
  writer.begin();
  writer.add(possession("192.0.2.1"));
  writer.add(goodbyeFrom("192.0.2.9"));
  writer.add(possession("2001:db8::1"));
  EXPECT(writer.end() == 0);
  EXPECT(addressesIn(page) == Texts{"192.0.2.1", "2001:db8::1"});
  auto reader = WillReader::ofPage(page);
  const auto goodbye = reader.nextGoodbye();
  REQUIRE(goodbye.has_value());
  EXPECT(goodbye->ifIndex == IfIndex(7));
  EXPECT(goodbye->source == *IpAddress::parse("192.0.2.9"));
  EXPECT(goodbye->destination == *IpAddress::parse("224.0.0.18"));
  EXPECT(goodbye->ttl == 64);
  EXPECT(goodbye->protocol == 112);
  EXPECT(std::vector(goodbye->bytes.begin(), goodbye->bytes.end()) ==
         std::vector(kBytes.begin(), kBytes.end()));
  EXPECT(!reader.nextGoodbye());
  const auto address = reader.nextPossession();
  REQUIRE(address.has_value());
  EXPECT(address->ifIndex == IfIndex(9));
  EXPECT(address->prefixLength == 24);
}

TEST_CASE("a writer that dies in the middle leaves the copy before") {
  alignas(8) std::array<std::uint8_t, 1024> page{};
  WillWriter writer(page);
  for (const auto* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
    const auto before = addressesIn(page);
    writer.begin();
    writer.add(possession(address));
    EXPECT(addressesIn(page) == before);
    writer.end();
    EXPECT(addressesIn(page) == Texts{address});
  }
}

TEST_CASE("what has no room is counted, and what had it is whole") {
  alignas(8) std::array<std::uint8_t, 128> page{};
  WillWriter writer(page);
  writer.begin();
  writer.add(possession("192.0.2.1"));
  writer.add(possession("192.0.2.2"));
  writer.add(possession("192.0.2.3"));
  EXPECT(writer.end() == 1);
  EXPECT(addressesIn(page) == Texts{"192.0.2.1", "192.0.2.2"});
}

TEST_CASE("a reader survives any page") {
  alignas(8) std::array<std::uint8_t, 256> page{};
  WillWriter writer(page);
  writer.begin();
  writer.add(goodbyeFrom("192.0.2.9"));
  writer.add(possession("192.0.2.1"));
  writer.end();
  for (std::size_t at = 0; at < page.size(); ++at) {
    for (const int value : {0x00, 0x01, 0x7f, 0xff}) {
      auto broken = page;
      broken[at] = static_cast<std::uint8_t>(value);
      auto reader = WillReader::ofPage(broken);
      std::size_t records = 0;
      while (reader.nextGoodbye()) ++records;
      while (reader.nextPossession()) ++records;
      EXPECT(records <= page.size());
    }
  }
}

}  // namespace failoverd::guardian
