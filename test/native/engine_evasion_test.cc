#include "engine/evasion.h"
#include "testing.h"

using namespace failoverd;
using engine::Evasion;

namespace {

Instant at(std::int64_t micros) {
  return Instant::ofMicros(1'000'000'000 + micros);
}

}  // namespace

TEST_CASE("a processor is left for a wake that was late, not for one in time") {
  Evasion evasion;
  EXPECT(!evasion.wanted(at(0), Duration::zero()));
  EXPECT(!evasion.wanted(at(10'000), Duration::ofMicros(149)));
  EXPECT(evasion.wanted(at(20'000), Duration::ofMicros(150)));
}

TEST_CASE("the next one is given a second, however late it is") {
  Evasion evasion;
  EXPECT(evasion.wanted(at(0), Duration::ofMillis(5)));
  EXPECT(!evasion.wanted(at(10'000), Duration::ofMillis(5)));
  EXPECT(!evasion.wanted(at(999'999), Duration::ofMillis(5)));
  EXPECT(evasion.wanted(at(1'000'000), Duration::ofMillis(5)));
}
