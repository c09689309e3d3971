#include <malloc.h>

#include <cstdlib>
#include <new>

#include "core/advert_builder.h"
#include "core_lab.h"
#include "testing.h"

// Steady state allocates nothing: adverts sent and received, deadlines, second masters,
// priorities, and pictures of all of it for readers of status. Counted by the allocator itself, as
// is the memory that an instance has of its own.
namespace {

bool counting = false;
std::size_t allocations = 0;
// In pieces as small as those of one instance: what all have together are tables, with room that
// takes no memory before it is used.
std::size_t smallBytes = 0;
constexpr std::size_t kSmall = 4096;

std::size_t smallSizeOf(void* memory) {
  const auto size = ::malloc_usable_size(memory);
  return size <= kSmall ? size : 0;
}

void* allocate(std::size_t size) {
  if (counting) ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  smallBytes += smallSizeOf(memory);
  return memory;
}

void release(void* memory) {
  smallBytes -= smallSizeOf(memory);
  std::free(memory);
}

}  // namespace

// NOLINTBEGIN: these are the names that the language asks for.
void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  release(memory);
}
void operator delete[](void* memory) noexcept {
  release(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory);
}
// NOLINTEND

using namespace failoverd;
using lab::Lab;

namespace {

// One core without the lab around it, which allocates for its lines.
class Bare {
 public:
  explicit Bare(const core::InstanceConfig& config) : core_({}) {
    const MacAddress mac{{2, 0, 0, 0, 0, 1}};
    give(core::LinkChanged{lab::kEth0, lab::name("eth0"), true, true, mac, 1500, false});
    give(core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
    give(core::KernelListed{});
    core::TrackerConfig tracker;
    tracker.id = TrackerId{1};
    give(core::ApplyTracker{tracker});
    give(core::ApplyInstance{config});
    give(core::ListenResult{config.id, 0});
    core_.snapshot(now_, picture_, core::SnapshotRoom::possible);
  }

  void give(const core::Input& input) {
    core_.handle(now_, input);
    drain();
  }
  // While the time passes somebody reads status all the time.
  void run(Duration time) {
    const auto end = now_ + time;
    while (core_.nextDeadline() <= end) {
      now_ = core_.nextDeadline();
      core_.advance(now_);
      drain();
      core_.snapshot(now_, picture_);
    }
    now_ = end;
  }
  std::size_t outputs = 0;

 private:
  void drain() {
    while (const auto output = core_.drain()) {
      ++outputs;
      if (const auto* add = std::get_if<core::AddAddress>(&*output)) answer_ = add->request;
      if (const auto* gone = std::get_if<core::RemoveAddress>(&*output)) answer_ = gone->request;
    }
    if (answer_ == 0) return;
    const core::AddressResult result{answer_, 0};
    answer_ = 0;
    core_.handle(now_, result);
    drain();
  }

  core::Core core_;
  Instant now_ = Instant::ofMicros(1);
  std::uint32_t answer_ = 0;
  core::CoreSnapshot picture_;
};

template <class Work>
std::size_t allocationsOf(Work work) {
  allocations = 0;
  counting = true;
  work();
  counting = false;
  return allocations;
}

core::AdvertReceived packetOf(const std::vector<std::uint8_t>& bytes) {
  return {lab::kEth0, lab::ip("10.0.1.9"), lab::ip("224.0.0.18"), 255, bytes, {}};
}

}  // namespace

TEST_CASE("a MASTER's hour allocates nothing") {
  auto config = Lab::instanceV3(200, Duration::ofMillis(100));
  config.announce.refresh = Duration::ofSeconds(10);
  Bare router(config);
  router.run(Duration::ofSeconds(1));
  router.outputs = 0;
  EXPECT(allocationsOf([&] { router.run(Duration::ofSeconds(3600)); }) == 0);
  EXPECT(router.outputs > 36'000);
}

TEST_CASE("nor does a BACKUP's, nor refused packets") {
  const auto config = Lab::instance(100);
  Bare router(config);
  const auto good = Lab::advertBytes("10.0.1.9", config, 200);
  auto bad = good;
  bad[6] = static_cast<std::uint8_t>(bad[6] ^ 1);
  EXPECT(allocationsOf([&] {
           for (int i = 0; i < 3600; ++i) {
             router.give(packetOf(good));
             router.give(packetOf(bad));
             router.run(Duration::ofSeconds(1));
           }
         }) == 0);
}

TEST_CASE("nor a takeover, a second master, a changed priority and the way back") {
  auto config = Lab::instance(150);
  config.trackers = {{TrackerId{1}, 10, false}, {TrackerId{1}, 0, false}};
  Bare router(config);
  const core::ReportTracker ok{TrackerId{1}, {}, core::TrackerStatus::ok, 0};
  const core::ReportTracker failed{TrackerId{1}, {}, core::TrackerStatus::failed, 0};
  const auto weaker = Lab::advertBytes("10.0.1.9", config, 100);
  const auto stronger = Lab::advertBytes("10.0.1.9", config, 250);
  const auto episode = [&] {
    router.give(ok);
    router.run(Duration::ofSeconds(6));
    router.give(packetOf(weaker));
    router.run(Duration::ofSeconds(6));
    router.give(packetOf(stronger));
    router.run(Duration::ofSeconds(6));
    router.give(failed);
    router.run(Duration::ofSeconds(6));
  };
  EXPECT(allocationsOf(episode) == 0);
}

TEST_CASE("an instance has less than two kilobytes of its own") {
  constexpr std::uint32_t kInstances = 1000;
  auto config = Lab::instanceV3(200, Duration::ofSeconds(1));
  Bare router(config);
  const auto before = smallBytes;
  for (std::uint32_t id = 2; id <= kInstances + 1; ++id) {
    config.id = InstanceId{id};
    config.vrid = Vrid{static_cast<std::uint8_t>(1 + id % 255)};
    config.addresses = {
        lab::vip(("10.1." + std::to_string(id / 250) + "." + std::to_string(id % 250)).c_str())};
    router.give(core::ApplyInstance{config});
    router.give(core::ListenResult{config.id, 0});
  }
  router.run(Duration::ofSeconds(10));
  const auto own = (smallBytes - before) / kInstances;
  EXPECT(own > 500);
  EXPECT(own < 2000);
}
