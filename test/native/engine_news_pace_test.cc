#include "engine/news_pace.h"
#include "testing.h"

using namespace failoverd;
using engine::NewsPace;

namespace {

Instant at(std::int64_t micros) {
  return Instant::ofMicros(1'000'000 + micros);
}

}  // namespace

TEST_CASE("news that come now and then are read at once") {
  NewsPace pace;
  for (std::int64_t i = 0; i < 100; ++i) {
    pace.came(at(i * 2000));
    EXPECT(pace.next() <= at(i * 2000));
  }
}

TEST_CASE("a stream of news wakes once a millisecond, and the next one after it at once") {
  NewsPace pace;
  std::int64_t now = 0;
  for (; pace.next() <= at(now); now += 10) pace.came(at(now));
  EXPECT(now < 200);
  EXPECT(pace.next() == at(now - 10 + 1000));
  for (std::int64_t i = 0; i < 10; ++i) {
    now = (pace.next() - at(0)).micros;
    pace.came(at(now));
    EXPECT(pace.next() == at(now + 1000));
  }
  pace.came(at(now + 2000));
  EXPECT(pace.next() <= at(now + 2000));
}
