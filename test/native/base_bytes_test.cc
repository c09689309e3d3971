#include <array>

#include "base/bytes.h"
#include "base/result.h"
#include "testing.h"

namespace failoverd {
namespace {

TEST_CASE("a reader takes network order and never passes the end") {
  const std::array<std::uint8_t, 7> bytes{0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07};
  ByteReader reader(bytes);
  EXPECT(reader.u8() == 0x01);
  EXPECT(reader.u16() == 0x0203);
  EXPECT(!reader.take(5));
  EXPECT(reader.u32() == 0x84050607);
  EXPECT(reader.remaining() == 0);
  EXPECT(!reader.u8());
  EXPECT(!reader.u16());
  EXPECT(!reader.u32());
  EXPECT(reader.take(0)->empty());
  EXPECT(reader.position() == 7);
}

TEST_CASE("a writer writes network order, and a field later") {
  std::array<std::uint8_t, 12> bytes;
  bytes.fill(0xa5);
  ByteWriter writer(bytes);
  writer.u8(0x01);
  writer.u16(0x0203);
  writer.u32(0x84050607);
  writer.zeros(2);
  writer.bytes(std::array<std::uint8_t, 2>{8, 9});
  EXPECT(writer.position() == 11);
  EXPECT(bytes == std::array<std::uint8_t, 12>{1, 2, 3, 0x84, 5, 6, 7, 0, 0, 8, 9, 0xa5});
}

TEST_CASE("a result is a value or an error") {
  enum class Error { bad };
  const Result<int, Error> good(7);
  const Result<int, Error> bad(Error::bad);
  EXPECT(good.ok());
  EXPECT(good.value() == 7);
  EXPECT(!bad);
  EXPECT((bad.error() == Error::bad));
}

}  // namespace
}  // namespace failoverd
