// The queues between JavaScript and the engine thread: order, bounds, losses, and two threads at
// once (built with ThreadSanitizer this is where a race would show).
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "core/describe_messages.h"
#include "engine/event_ring.h"
#include "engine/lateness.h"
#include "engine/recorder.h"
#include "engine/silence.h"
#include "engine/spsc.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

TEST_CASE("a ring between two threads keeps order and loses nothing") {
  SpscRing<int, 8> ring;
  constexpr int kCount = 20'000;
  std::thread producer([&] {
    for (int i = 0; i < kCount;) {
      if (ring.push(i)) ++i;
    }
  });
  int next = 0;
  while (next < kCount) {
    if (int* value = ring.front()) {
      REQUIRE(*value == next);
      ++next;
      ring.pop();
    }
  }
  producer.join();
  EXPECT(ring.front() == nullptr);
}

TEST_CASE("a full ring refuses") {
  SpscRing<int, 2> ring;
  EXPECT(ring.push(1));
  EXPECT(ring.push(2));
  EXPECT(!ring.push(3));
  ring.pop();
  EXPECT(ring.push(3));
}

TEST_CASE("events that found no room are told in their place, by number") {
  auto ring = std::make_unique<EventRing>();
  const auto extra = 5U;
  constexpr auto kRoom = EventRing::kCapacity - EventRing::kSpare;
  for (std::size_t i = 0; i < kRoom + extra; ++i) {
    ring->push(Instant::ofMicros(1), ProcessEventsLost{});
  }
  std::uint64_t seen = 0;
  std::uint64_t lost = 0;
  const auto take = [&](const EventRecord& record) {
    if (const auto* gap = std::get_if<Lost>(&record.event)) {
      lost += gap->count;
    } else {
      ++seen;
    }
  };
  ring->drain(take);
  EXPECT(seen == kRoom);
  EXPECT(lost == extra);
  ring->push(Instant::ofMicros(2), ProcessEventsLost{});
  ring->drain(take);
  EXPECT(seen == kRoom + 1);
  EXPECT(lost == extra);
}

TEST_CASE("what comes once and is waited for finds room where others find none") {
  auto ring = std::make_unique<EventRing>();
  for (std::size_t i = 0; i < EventRing::kCapacity + 5; ++i) {
    ring->push(Instant::ofMicros(1), ProcessEventsLost{});
  }
  ring->push(Instant::ofMicros(2), HandedOver{});
  ring->push(Instant::ofMicros(3), core::Stopped{});
  std::vector<bool> awaited;
  std::uint64_t lost = 0;
  ring->drain([&](const EventRecord& record) {
    if (const auto* gap = std::get_if<Lost>(&record.event)) lost += gap->count;
    awaited.push_back(std::holds_alternative<HandedOver>(record.event) ||
                      std::holds_alternative<core::Stopped>(record.event));
  });
  EXPECT(lost == EventRing::kSpare + 5);
  REQUIRE(awaited.size() > 2);
  EXPECT(awaited[awaited.size() - 1]);
  EXPECT(awaited[awaited.size() - 2]);
  EXPECT(!awaited[awaited.size() - 3]);
}

TEST_CASE("the recorder keeps the newest calls, and configuration apart from packets") {
  std::vector<std::atomic<std::uint64_t>> words(256);
  Recorder recorder{std::span(words)};
  recorder.handled(Instant::ofMicros(1), core::RemoveInstance{InstanceId{7}});
  for (int i = 0; i < 1000; ++i) {
    recorder.handled(Instant::ofMicros(2 + i), core::TrackersBlind{i % 2 == 0});
  }
  recorder.advanced(Instant::ofMicros(5000));
  const auto lines = recorder.lines();
  REQUIRE(lines.size() > 10);
  EXPECT(lines.size() < 100);
  EXPECT(lines.front() == R"({"at":1,"input":{"kind":"RemoveInstance","instance":7}})");
  EXPECT(lines.back() == R"({"at":5000})");
}

TEST_CASE("passwords and keys are not recorded") {
  std::vector<std::atomic<std::uint64_t>> words(4096);
  Recorder recorder{std::span(words)};
  core::ApplyInstance apply;
  apply.config.auth.password.fill(0xab);
  apply.config.auth.keys.emplace_back().secret.fill(0xab);
  recorder.handled(Instant::ofMicros(1), apply);
  std::vector<std::uint8_t> advert{0x21, 1, 100, 0, 1, 1, 0, 0};
  advert.insert(advert.end(), 8, 0xab);
  core::AdvertReceived received;
  received.bytes = advert;
  recorder.handled(Instant::ofMicros(2), received);
  const auto lines = recorder.lines();
  REQUIRE(lines.size() == 2);
  for (const auto& line : lines) EXPECT(line.find("abab") == std::string::npos);
}

TEST_CASE("the record is whole while it is being written") {
  std::vector<std::atomic<std::uint64_t>> words(512);
  Recorder recorder{std::span(words)};
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (std::int64_t i = 0; !stop; ++i) {
      recorder.handled(Instant::ofMicros(i), core::LinkRemoved{IfIndex{3}});
    }
  });
  for (int round = 0; round < 200; ++round) {
    for (const auto& line : recorder.lines()) {
      REQUIRE(line.ends_with(R"("input":{"kind":"LinkRemoved","ifIndex":3}})"));
    }
  }
  stop = true;
  writer.join();
}

TEST_CASE("silence is counted in pieces that were seen to pass") {
  const auto at = [](std::int64_t millis) { return Instant::ofMicros(millis * 1000); };
  SilenceWatch watch(Duration::ofMillis(800), at(0));
  // The machine slept for an hour: one piece, not forty thousand.
  EXPECT(!watch.look(at(3'600'000), at(0)));
  EXPECT(!watch.blind());
  bool changed = false;
  for (int piece = 1; piece <= 7; ++piece) changed = watch.look(at(3'600'000 + piece * 100), at(0));
  EXPECT(changed);
  EXPECT(watch.blind());
  EXPECT(watch.look(at(3'700'000), at(3'700'000)));
  EXPECT(!watch.blind());
}

TEST_CASE("lateness is counted by powers of two") {
  Lateness lateness;
  lateness.add(Duration::ofMicros(0));
  lateness.add(Duration::ofMicros(5));
  lateness.add(Duration::ofSeconds(100));
  LatenessStatus status;
  lateness.tell(status);
  EXPECT(status.wakes == 3);
  EXPECT(status.worst == Duration::ofSeconds(100));
  EXPECT(status.buckets[0] == 1);
  EXPECT(status.buckets[3] == 1);
  EXPECT(status.buckets.back() == 1);
}

}  // namespace
}  // namespace failoverd::engine
