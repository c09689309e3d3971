#include <array>
#include <initializer_list>
#include <vector>

#include "linux/openssl_digests.h"
#include "openssl_hmac.h"
#include "testing.h"

// Our HMAC around OpenSSL's digests against OpenSSL's own HMAC().
using namespace failoverd;
using wire::Bytes;

namespace {

using Sizes = std::initializer_list<std::size_t>;

std::vector<std::uint8_t> octets(std::size_t count, std::uint8_t first) {
  std::vector<std::uint8_t> made(count);
  for (auto& octet : made) octet = first++;
  return made;
}

void compare(const wire::Hmac& ours, const wire::Hmac& theirs, std::size_t size) {
  for (const auto keySize : Sizes{1, 8, 32, 63, 64}) {
    for (const auto dataSize : Sizes{0, 1, 55, 56, 63, 64, 65, 1000}) {
      const auto key = octets(keySize, 3);
      const auto data = octets(dataSize, 250);
      const auto half = dataSize / 2;
      const std::array<Bytes, 2> parts{Bytes(data).first(half), Bytes(data).subspan(half)};
      std::vector<std::uint8_t> mine(size);
      std::vector<std::uint8_t> reference(size);
      REQUIRE(ours(key, parts, mine));
      REQUIRE(theirs(key, parts, reference));
      EXPECT(mine == reference);
    }
  }
}

}  // namespace

TEST_CASE("HMAC around the digests of OpenSSL is OpenSSL's HMAC") {
  const auto reference = wire::opensslDigests();
  if (!reference) return;  // no libcrypto on this machine
  const auto ours = os::opensslDigests(wire::opensslLibrary());
  compare(ours.sha256, reference->sha256, 32);
  compare(ours.md5, reference->md5, 16);
  compare(ours.md5, reference->md5, 12);
}

TEST_CASE("a key longer than a block and a digest that is not there are refused") {
  std::array<std::uint8_t, 16> out{};
  if (wire::opensslLibrary() != nullptr) {
    const auto ours = os::opensslDigests(wire::opensslLibrary());
    EXPECT(!ours.sha256(octets(65, 0), {}, out));
  }
  EXPECT(!wire::Digests{}.md5(octets(8, 0), {}, out));
}
