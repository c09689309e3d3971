// Thousands of instances: what is due at one moment comes in portions, and so does the picture.
#include <algorithm>
#include <vector>

#include "core/core.h"
#include "core_lab.h"
#include "testing.h"

using namespace failoverd;
using lab::Lab;

namespace {

constexpr std::uint32_t kInstances = 1500;

core::InstanceConfig numbered(std::uint32_t id) {
  auto config = Lab::instanceV3(100, Duration::ofSeconds(1));
  config.id = InstanceId{id};
  config.vrid = Vrid{static_cast<std::uint8_t>(id % 255 + 1)};
  auto vip = lab::vip("10.1.0.0");
  vip.address =
      IpAddress::v4(10, 1, static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id & 255));
  config.addresses = {vip};
  return config;
}

struct Many {
  core::Core core{{}};
  Instant now = Instant::ofMicros(1);

  Many() {
    const MacAddress mac{{2, 0, 0, 0, 0, 1}};
    give(core::LinkChanged{lab::kEth0, lab::name("eth0"), true, true, mac, 1500, false});
    give(core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
    give(core::KernelListed{});
    for (std::uint32_t id = 1; id <= kInstances; ++id) {
      give(core::ApplyInstance{numbered(id)});
      give(core::ListenResult{InstanceId{id}, 0});
    }
  }

  void give(const core::Input& input) {
    core.handle(now, input);
    while (core.drain()) {
    }
  }
};

}  // namespace

TEST_CASE("what is due at one moment comes in portions, in order and all of it") {
  Many many;
  std::vector<InstanceId> masters;
  std::vector<Instant> moments;  // of the portions with which they become MASTER
  while (masters.size() < kInstances) {
    // All of them wait for the same time.
    many.now = std::max(many.now, many.core.nextDeadline());
    REQUIRE(many.now < Instant::ofMicros(10'000'000));
    many.core.advance(many.now);
    moments.push_back(many.now);
    std::size_t outputs = 0;
    while (const auto output = many.core.drain()) {
      ++outputs;
      const auto* changed = std::get_if<core::StateChanged>(&*output);
      if (changed != nullptr && changed->to == core::State::master) {
        masters.push_back(changed->instance);
      }
    }
    EXPECT(outputs < 2000);
    if (masters.empty()) moments.clear();
  }
  EXPECT(moments.size() > 2);
  EXPECT(moments.front() == moments.back());
  REQUIRE(masters.size() == kInstances);
  for (std::uint32_t i = 0; i < kInstances; ++i) EXPECT(masters[i] == InstanceId{i + 1});
}

TEST_CASE("a picture in slices is the picture") {
  const Many many;
  const auto whole = many.core.snapshot(many.now);
  core::CoreSnapshot slice;
  std::uint32_t seen = 0;
  InstanceId behind;
  bool more = true;
  while (more) {
    more = many.core.snapshot(many.now, {behind, 400}, slice, core::SnapshotRoom::possible);
    REQUIRE(!slice.instances.empty());
    EXPECT(slice.instances.size() <= 400);
    for (const auto& one : slice.instances) {
      EXPECT(one.instance == whole.instances[seen].instance);
      EXPECT(one.state == whole.instances[seen].state);
      ++seen;
    }
    behind = slice.instances.back().instance;
  }
  EXPECT(seen == kInstances);
  EXPECT(!many.core.snapshot(many.now, {behind, 400}, slice, core::SnapshotRoom::present));
  EXPECT(slice.instances.empty());
}
