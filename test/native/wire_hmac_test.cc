#include "openssl_hmac.h"
#include "testing.h"
#include "wire/hmac.h"
#include "wire_bytes.h"

// The HMAC trailer, with the two published vectors: key 00 01 ... 1f, key id 1, VRID 51,
// priority 200, signed at second 0x68000000 and a half.
namespace failoverd::wire {
namespace {

const auto kKey = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const auto kTime = HmacSequence::of(0x68000000, 0x8000, 0);

struct Vector {
  AdvertContext context;
  ByteVector pdu;
  ByteVector trailer;

  [[nodiscard]] ByteVector whole() const {
    auto bytes = pdu;
    bytes.insert(bytes.end(), trailer.begin(), trailer.end());
    return bytes;
  }
};

Vector vector4() {
  return {.context = {.version = Version::v3,
                      .source = ip("198.51.100.10"),
                      .destination = ip("224.0.0.18"),
                      .v3ChecksumAsV2 = true,
                      .trailerAllowed = true},
          .pdu = hex("3133c801 00644402 c0000264"),
          .trailer = hex("01010000 68000000 80000000 1b84bc4e8e43892dc6d98448f8ee2265")};
}

Vector vector6() {
  return {.context = {.version = Version::v3,
                      .source = ip("fe80::10"),
                      .destination = ip("fe80::20"),
                      .v3ChecksumAsV2 = false,
                      .trailerAllowed = true},
          .pdu = hex("3133c801 0064a2e9 fe800000000000000000000000000100"),
          .trailer = hex("01010000 68000000 80000000 c8c56146ebfd66ee10ec4d8186461b78")};
}

// Digests that write down what they were asked and answer with the given octets.
struct Witness {
  ByteVector key;
  ByteVector asked;
  ByteVector answer;
  bool able = true;

  static bool compute(void* context, Bytes key, std::span<const Bytes> parts, MutableBytes out) {
    auto& self = *static_cast<Witness*>(context);
    self.key.assign(key.begin(), key.end());
    self.asked.clear();
    for (const auto part : parts) self.asked.insert(self.asked.end(), part.begin(), part.end());
    putBytes(out, 0, Bytes(self.answer).first(out.size()));
    return self.able;
  }
  Hmac hmac() { return {compute, this}; }
};

TEST_CASE("HMAC: the fields of a trailer") {
  const auto parsed = parseHmacTrailer(hex("01070000 01020304 05060708" + std::string(32, 'b')));
  REQUIRE(parsed);
  EXPECT(parsed.value().keyId == 7);
  EXPECT(parsed.value().sequence == HmacSequence::of(0x01020304, 0x0506, 0x0708));
  EXPECT(toHex(parsed.value().mac) == std::string(32, 'b'));
}

TEST_CASE("HMAC: a trailer that makes no sense is refused by name") {
  const auto trailer = vector4().trailer;
  const auto why = [&](std::size_t offset, std::uint8_t value) {
    auto bytes = trailer;
    bytes[offset] = value;
    const auto parsed = parseHmacTrailer(bytes);
    return !parsed && parsed.error() == HmacError::malformed;
  };
  EXPECT(why(0, 0));
  EXPECT(why(0, 2));
  EXPECT(why(2, 1));
  EXPECT(why(3, 1));
  EXPECT((parseHmacTrailer(Bytes(trailer).first(27)).error() == HmacError::truncated));
  EXPECT((parseHmacTrailer({}).error() == HmacError::truncated));
}

TEST_CASE("HMAC: what is digested, octet by octet") {
  const auto vector = vector4();
  Witness witness{.key = {}, .asked = {}, .answer = hex(std::string(32, 'c')), .able = true};
  EXPECT(!verifyHmac(vector.pdu, vector.trailer, vector.context.source, kKey, witness.hmac()));
  EXPECT(witness.key == kKey);
  EXPECT(toHex(witness.asked) == toHex(hex("04033300 c633640a 000000000000000000000000"
                                           "3133c801 0064 0000 c0000264"
                                           "01010000 68000000 80000000"
                                           "00000000000000000000000000000000")));
  witness.answer = hex("1b84bc4e8e43892dc6d98448f8ee2265");
  EXPECT(verifyHmac(vector.pdu, vector.trailer, vector.context.source, kKey, witness.hmac()));
  // A digest that cannot be had makes nothing true.
  witness.able = false;
  EXPECT(!verifyHmac(vector.pdu, vector.trailer, vector.context.source, kKey, witness.hmac()));
  EXPECT(!verifyHmac(vector.pdu, vector.trailer, vector.context.source, kKey, Hmac{}));
}

TEST_CASE("HMAC: signing writes every octet over junk, and none beyond") {
  for (const auto& vector : {vector4(), vector6()}) {
    Witness witness{.key = {}, .asked = {}, .answer = {}, .able = true};
    witness.answer.assign(vector.trailer.begin() + 12, vector.trailer.end());
    const auto whole = vector.whole();
    auto out = junk(whole.size() + 4);
    const auto advert = parseAdvert(whole, vector.context).value().advert;
    REQUIRE(emitAdvert(advert, vector.context, out) == vector.pdu.size());
    const HmacSigning signing{.keyId = 1, .key = kKey, .sequence = kTime};
    const auto size = signAdvert(out, vector.pdu.size(), vector.context, signing, witness.hmac());
    EXPECT(size == whole.size());
    EXPECT(toHex(Bytes(out).first(whole.size())) == toHex(whole));
    EXPECT(toHex(Bytes(out).last(4)) == toHex(junk(4)));
    witness.able = false;
    EXPECT(!signAdvert(out, vector.pdu.size(), vector.context, signing, witness.hmac()));
  }
}

TEST_CASE("HMAC: a signed advert parses into advert and trailer") {
  for (const auto& vector : {vector4(), vector6()}) {
    const auto whole = vector.whole();
    const auto parsed = parseAdvert(whole, vector.context);
    REQUIRE(parsed);
    EXPECT(parsed.value().advert.vrid == Vrid(51));
    EXPECT(toHex(parsed.value().trailer) == toHex(vector.trailer));
    EXPECT(parseHmacTrailer(parsed.value().trailer).value().sequence == kTime);
  }
}

// Each change to octet `offset` of the whole, and what keepalived's verdict on it was.
bool accepted(const Vector& vector, std::size_t offset, std::uint8_t flip, const Digests& digests) {
  auto whole = vector.whole();
  whole[offset] = static_cast<std::uint8_t>(whole[offset] ^ flip);
  const auto pdu = Bytes(whole).first(vector.pdu.size());
  const auto trailer = Bytes(whole).subspan(vector.pdu.size());
  return parseHmacTrailer(trailer) &&
         verifyHmac(pdu, trailer, vector.context.source, kKey, digests.sha256);
}

TEST_CASE("HMAC: both published vectors, and every mutation of them") {
  const auto digests = opensslDigests();
  if (!digests) return;
  for (const auto& vector : {vector4(), vector6()}) {
    for (std::size_t offset = 0; offset < vector.whole().size(); ++offset) {
      INFO(offset);
      const bool checksum = offset == 6 || offset == 7;
      EXPECT(accepted(vector, offset, 0, *digests));
      EXPECT(accepted(vector, offset, 1, *digests) == checksum);
    }
    auto otherKey = kKey;
    otherKey[31] = 0;
    const auto& source = vector.context.source;
    EXPECT(!verifyHmac(vector.pdu, vector.trailer, source, otherKey, digests->sha256));
    EXPECT(!verifyHmac(vector.pdu, vector.trailer, ip("198.51.100.11"), kKey, digests->sha256));
    EXPECT(!verifyHmac(vector.pdu, vector.trailer, ip("fe80::11"), kKey, digests->sha256));
  }
}

TEST_CASE("HMAC: sequences only grow") {
  const auto clock = HmacSequence::of(100, 0x8000, 0);
  EXPECT(HmacSequence::ofUtcMicros(100'500'000) == clock);
  EXPECT(HmacSequence::ofUtcMicros(100'999'999) == HmacSequence::of(100, 0xffff, 0));
  EXPECT(clock.seconds() == 100);
  EXPECT(nextSequence(HmacSequence::of(99, 0, 0), clock) == clock);
  // The clock stands still, or was set back.
  EXPECT(nextSequence(clock, clock) == HmacSequence::of(100, 0x8000, 1));
  EXPECT(nextSequence(HmacSequence::of(200, 0, 0xffff), clock) == HmacSequence::of(200, 1, 0));
  // RFC 1982: past the end of the seconds it goes on from the beginning.
  const auto last = HmacSequence{0xffff'ffff'ffff'ffff};
  EXPECT(newer(HmacSequence{0}, last));
  EXPECT(!newer(last, HmacSequence{0}));
  EXPECT(!newer(last, last));
  EXPECT(nextSequence(last, last) == HmacSequence{0});
}

}  // namespace
}  // namespace failoverd::wire
