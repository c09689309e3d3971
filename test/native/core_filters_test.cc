#include <algorithm>
#include <cerrno>
#include <string>

#include "core_lab.h"
#include "testing.h"

// Filters of frames: they stand while an instance does not hold its addresses (RFC 9568 §6.4.2).
using namespace failoverd;
using core::ObjectKind;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::InstanceConfig withFilter(std::uint8_t priority = 200) {
  auto config = Lab::instance(priority);
  core::ObjectConfig filter;
  filter.key = {ObjectKind::filter, Family::ipv4, lab::ip("0.0.0.0"), 0, 0, 112};
  filter.add.assign(32, 0xaa);
  filter.remove.assign(32, 0xbb);
  filter.devices = {{config.interfaceName, 20, 20}};
  config.filters = {filter};
  return config;
}

// As the kernel tells of it: by the number of its interface. 0: all filters are gone.
core::ObjectKey gone(std::uint32_t priority) {
  return {ObjectKind::filter, Family::ipv4, lab::ip("0.0.0.0"), 0, lab::kEth0.value, priority};
}

// What is done to the kernel and said on the wire, without repetitions.
Lines work(Lab& lab) {
  Lines all;
  for (auto& line : lab.take(0)) {
    const auto wanted = {"advert ", "add ", "remove "};
    const bool one = std::any_of(wanted.begin(), wanted.end(),
                                 [&](const char* each) { return line.starts_with(each); });
    if (one && (all.empty() || all.back() != line)) all.push_back(line);
  }
  return all;
}

Lab begun(const core::InstanceConfig& config, core::CoreOptions options = {}) {
  Lab lab(1, options);
  lab.apply(0, config);
  return lab;
}

const Lines kAdded{"add filter 0.0.0.0"};

}  // namespace

TEST_CASE("who is not MASTER has the filter: it goes before the addresses, and comes after them") {
  auto lab = begun(withFilter());
  EXPECT(work(lab) == kAdded);
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  EXPECT(work(lab) == Lines{"advert 200", "remove filter 0.0.0.0", "add 10.0.1.100"});
  lab.inject(0, "10.0.1.9", withFilter(), 250);
  REQUIRE(lab.state(0) == State::backup);
  EXPECT(work(lab) == Lines{"advert 200", "remove 10.0.1.100", "add filter 0.0.0.0"});
}

TEST_CASE("a filter stays in FAULT, and is given back at the end") {
  auto lab = begun(withFilter());
  lab.take(0);
  core::LinkChanged down;
  down.ifIndex = lab::kEth0;
  down.interfaceName = lab::name("eth0");
  lab.give(0, down);
  REQUIRE(lab.state(0) == State::fault);
  EXPECT(work(lab).empty());
  down.up = true;
  down.running = true;
  lab.give(0, down);
  EXPECT(work(lab) == kAdded);  // perhaps it went with its link: EEXIST is an answer
  lab.give(0, core::Stop{});
  EXPECT(work(lab) == Lines{"remove filter 0.0.0.0"});
}

TEST_CASE("a filter that somebody removes is put back, but not for ever") {
  core::CoreOptions options;
  options.restoresPerMinute = 2;
  auto lab = begun(withFilter(), options);
  lab.run(Duration::ofMillis(10));
  lab.take(0);
  lab.give(0, core::ObjectRemoved{gone(7)});  // somebody else's
  EXPECT(lab.take(0).empty());
  for (const std::uint32_t what : {112U, 0U}) {
    lab.removeByHand(0, gone(what));
    lab.run(Duration::ofMillis(10));
    EXPECT(lab.take(0) == Lines{"add filter 0.0.0.0", "restored filter 0.0.0.0"});
  }
  lab.removeByHand(0, gone(112));
  EXPECT(lab.take(0) == Lines{"failed filter 0.0.0.0 " + std::to_string(EBUSY)});
}

TEST_CASE("nobody's removal of a filter is undone for a MASTER") {
  auto lab = begun(withFilter());
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  lab.give(0, core::ObjectRemoved{gone(0)});
  EXPECT(lab.take(0).empty());
}

TEST_CASE("a filter that is no longer wanted goes, and one that is new comes, as BACKUP") {
  auto lab = begun(withFilter());
  lab.take(0);
  auto config = Lab::instance(200);
  config.revision = Revision{2};
  lab.apply(0, config);
  EXPECT(work(lab) == Lines{"remove filter 0.0.0.0"});
  config = withFilter();
  config.revision = Revision{3};
  lab.apply(0, config);
  EXPECT(work(lab) == kAdded);
  lab.run(Duration::ofMillis(3500));
  REQUIRE(lab.state(0) == State::master);
  work(lab);
  config.revision = Revision{4};
  config.filters[0].devices[0].addOffset = 24;
  lab.apply(0, config);
  EXPECT(work(lab).empty());
}

TEST_CASE("a filter that is refused is tried again, and the instance goes on") {
  auto lab = begun(Lab::instance(50));
  lab.refuseObjects(0, EINVAL);
  auto config = withFilter(50);
  config.revision = Revision{2};
  lab.apply(0, config);
  lab.run(Duration::ofMillis(10));
  EXPECT(lab.takeOnly(0, "failed") == Lines{"failed filter 0.0.0.0 " + std::to_string(EINVAL)});
  lab.run(Duration::ofSeconds(6));
  REQUIRE(lab.state(0) == State::master);
  EXPECT(lab.takeOnly(0, "failed").empty());
  EXPECT(lab.takeOnly(0, "remove").empty());
}

TEST_CASE("a process that takes another one's place leaves the filter as it is") {
  for (const bool wins : {false, true}) {
    const std::uint8_t priority = wins ? 200 : 50;
    auto lab = begun(withFilter(priority));
    lab.run(Duration::ofMillis(3000));
    if (!wins) lab.inject(0, "10.0.1.9", withFilter(), 250);
    lab.run(Duration::ofMillis(800));
    const bool master = lab.state(0) == State::master;
    EXPECT(master == wins);
    lab.take(0);
    lab.upgrade(0);
    EXPECT((lab.state(0) == State::master) == master);
    lab.run(Duration::ofMillis(300));
    EXPECT(lab.takeOnly(0, "remove").empty());
    EXPECT(lab.takeOnly(0, "failed").empty());
  }
}
