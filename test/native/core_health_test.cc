#include <algorithm>

#include "core_lab.h"
#include "testing.h"

// Reasons for FAULT: each stands by itself, and the last one that goes ends it.
using namespace failoverd;
using core::CauseKind;
using core::State;
using core::TrackerStatus;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

core::LinkChanged link(IfIndex ifIndex, const char* name, bool up, bool running = true) {
  return {ifIndex, lab::name(name), up, running, MacAddress{{2, 0, 0, 0, 0, 1}}, 1500, false};
}

core::TrackerConfig script(std::uint32_t id) {
  core::TrackerConfig config;
  config.id = TrackerId{id};
  return config;
}

void report(Lab& lab, std::uint32_t id, TrackerStatus status, std::int32_t value = 0) {
  lab.give(0, core::ReportTracker{TrackerId{id}, Revision{}, status, value});
}

core::InstanceConfig tracking(std::uint8_t priority, std::int32_t weight) {
  auto config = Lab::instance(priority);
  config.trackers = {{TrackerId{1}, weight, false}};
  return config;
}

Lab masterOf(const core::InstanceConfig& config) {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script(1)});
  lab.give(0, core::ApplyTracker{script(2)});
  report(lab, 1, TrackerStatus::ok);
  report(lab, 2, TrackerStatus::ok);
  lab.apply(0, config);
  lab.run(Duration::ofSeconds(4));
  REQUIRE(lab.state(0) == State::master);
  lab.take(0);
  return lab;
}

std::vector<CauseKind> faults(Lab& lab) {
  std::vector<CauseKind> kinds;
  for (const auto& cause : lab.status(0).faults) kinds.push_back(cause.kind);
  return kinds;
}

}  // namespace

TEST_CASE("drained: one goodbye, no VIP, FAULT, over a new revision; undrained, by BACKUP back") {
  auto config = Lab::instance(200);
  auto lab = masterOf(config);
  lab.give(0, core::Drain{InstanceId{1}, true});
  EXPECT(lab.takeOnly(0, "state") == Lines{"state master->fault drained"});
  EXPECT(!lab.has(0, "10.0.1.100"));
  EXPECT(lab.status(0).counters.goodbyesSent == 1);
  config.revision = Revision{2};
  config.basePriority = Priority{210};
  lab.apply(0, config);
  lab.give(0, core::Drain{InstanceId{1}, true});
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.state(0) == State::fault);
  EXPECT(lab.status(0).drained);
  EXPECT(faults(lab) == std::vector{CauseKind::drained});
  lab.give(0, core::Drain{InstanceId{1}, false});
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
  EXPECT(lab.takeOnly(0, "state") ==
         Lines{"state fault->backup faultCleared", "state backup->master masterSilent"});
}

TEST_CASE("adverts that were missed without a takeover are counted, and how near it came") {
  Lab lab(1);
  const auto config = Lab::instance(100);
  lab.apply(0, config);
  lab.inject(0, "10.0.1.9", config, 200);
  for (const auto seconds : {1, 1, 2, 3}) {
    lab.run(Duration::ofSeconds(seconds));
    lab.inject(0, "10.0.1.9", config, 200);
    lab.run(Duration::zero());
  }
  const auto arrivals = lab.status(0).arrivals;
  EXPECT(lab.state(0) == State::backup);
  EXPECT(arrivals.missed == 3);
  EXPECT(arrivals.longestMissed == 2);
  EXPECT(arrivals.nearFailovers == 1);
  EXPECT(arrivals.sum == Duration::ofSeconds(7));
}

TEST_CASE("a fault tracker that fails: one goodbye, no VIP, FAULT; and back by BACKUP") {
  auto lab = masterOf(tracking(200, 0));
  report(lab, 1, TrackerStatus::failed);
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->fault trackerFault"});
  EXPECT(lab.status(0).counters.goodbyesSent == 1);
  report(lab, 1, TrackerStatus::ok);
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});
  lab.run(Duration::ofSeconds(4));
  EXPECT(lab.state(0) == State::master);
}

TEST_CASE("an owner that comes back hears of another fault, not yet read, before it is MASTER") {
  auto lab = masterOf(tracking(255, 0));
  lab.give(0, link(lab::kEth0, "eth0", false));
  REQUIRE(lab.state(0) == State::fault);
  lab.take(0);
  const core::ReportTracker failed{TrackerId{1}, Revision{}, TrackerStatus::failed, 0};
  lab.giveTogether(0, {link(lab::kEth0, "eth0", true), failed});
  EXPECT(lab.takeOnly(0, "state") == Lines{});
  EXPECT(faults(lab) == std::vector{CauseKind::trackerFault});
  report(lab, 1, TrackerStatus::ok);
  EXPECT(lab.takeOnly(0, "state") == Lines{"state fault->master owner"});
}

TEST_CASE("two tracked interfaces down: one that comes back does not end the fault") {
  auto config = Lab::instance(200);
  config.interfaces = {{lab::name("eth1"), 0, false}, {lab::name("eth2"), 0, false}};
  Lab lab(1);
  lab.apply(0, config);
  EXPECT(faults(lab) == std::vector{CauseKind::interfaceMissing});
  lab.give(0, link(IfIndex{4}, "eth2", true));
  EXPECT(lab.state(0) == State::backup);
  lab.give(0, link(lab::kEth1, "eth1", false));
  lab.give(0, link(IfIndex{4}, "eth2", true, false));
  EXPECT(faults(lab) == std::vector{CauseKind::interfaceDown, CauseKind::interfaceDown});
  lab.give(0, link(lab::kEth1, "eth1", true));
  EXPECT(lab.state(0) == State::fault);
  EXPECT(faults(lab).size() == 1);
  lab.give(0, link(IfIndex{4}, "eth2", true));
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("FAULT wins over any weight, and priorities go on changing in it") {
  auto config = tracking(100, 50);
  config.trackers.push_back({TrackerId{2}, 0, false});
  auto lab = masterOf(config);
  report(lab, 2, TrackerStatus::failed);
  EXPECT(lab.state(0) == State::fault);
  lab.take(0);
  report(lab, 1, TrackerStatus::failed);
  EXPECT(lab.take(0) == Lines{"priority 150->100"});
}

TEST_CASE("an instance waits silently for the first results of its fault trackers") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script(1)});
  lab.apply(0, tracking(200, 0));
  lab.run(Duration::ofSeconds(60));
  EXPECT(lab.take(0) == Lines{"listen", "applied"});
  EXPECT(lab.state(0) == State::init);
  report(lab, 1, TrackerStatus::ok);
  EXPECT(lab.take(0) == Lines{"state init->backup firstResult"});
}

TEST_CASE("a weighted tracker is not waited for") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script(1)});
  lab.apply(0, tracking(200, 10));
  EXPECT(lab.state(0) == State::backup);
  EXPECT(lab.status(0).effectivePriority.value == 200);
}

TEST_CASE("a fault tracker that a reload adds does not take a running instance down") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, core::ApplyTracker{script(3)});
  auto config = Lab::instance(200);
  config.trackers = {{TrackerId{3}, 0, false}};
  config.revision = Revision{2};
  lab.apply(0, config);
  EXPECT(lab.take(0) == Lines{"applied"});
  report(lab, 3, TrackerStatus::failed);
  EXPECT(lab.state(0) == State::fault);
}

TEST_CASE("a file's value: walkthrough 2, and FAULT from -254") {
  auto lab = masterOf(tracking(244, 1));
  report(lab, 1, TrackerStatus::value, 5);
  report(lab, 1, TrackerStatus::value, 6);
  // 245 was the `ok` before the first value. The first change is told at once, the second has
  // to wait a quarter of an interval, unless a regular advert tells it earlier.
  EXPECT(lab.take(0) == Lines{"priority 245->249", "advert 249", "priority 249->250"});
  lab.run(Duration::ofMillis(250));
  EXPECT(lab.take(0) == Lines{"advert 250"});
  report(lab, 1, TrackerStatus::value, -300);
  EXPECT(lab.state(0) == State::fault);
  EXPECT(lab.status(0).effectivePriority.value == 244);
}

TEST_CASE("a triggered advert does not move the schedule of regular ones") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script(1)});
  lab.apply(0, tracking(200, 10));
  lab.run(Duration::ofMicros(3'218'750 + 400'000));
  lab.take(0);
  report(lab, 1, TrackerStatus::ok);
  EXPECT(lab.take(0) == Lines{"priority 200->210", "advert 210"});
  lab.run(Duration::ofMillis(599));
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.take(0) == Lines{"advert 210"});
}

TEST_CASE("strict: a changed priority waits for the regular advert") {
  auto config = tracking(200, 10);
  config.strict = true;
  auto lab = masterOf(config);
  report(lab, 1, TrackerStatus::failed);
  EXPECT(lab.take(0) == Lines{"priority 210->200"});
}

TEST_CASE("a priority that changes in BACKUP moves the running deadline by the difference") {
  Lab lab(1);
  lab.give(0, core::ApplyTracker{script(1)});
  lab.apply(0, tracking(100, 64));
  const auto before = *lab.status(0).nextDeadline;
  report(lab, 1, TrackerStatus::ok);
  EXPECT(*lab.status(0).nextDeadline == before - Duration::ofMillis(250));
  report(lab, 1, TrackerStatus::failed);
  EXPECT(*lab.status(0).nextDeadline == before);
}

TEST_CASE("an owner's priority is 255 whatever its trackers say") {
  auto config = tracking(255, -50);
  auto lab = masterOf(config);
  report(lab, 1, TrackerStatus::failed);
  EXPECT(lab.take(0).empty());
  EXPECT(lab.status(0).parts.empty());
}

TEST_CASE("the own interface: down, without source, gone, back under another index") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, link(lab::kEth0, "eth0", true, false));
  // Nothing can leave, so no goodbye is tried.
  EXPECT(lab.take(0) == Lines{"remove 10.0.1.100", "state master->fault interfaceDown"});
  lab.give(0, link(lab::kEth0, "eth0", true, true));
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});
  lab.give(0, core::LocalAddressRemoved{lab::kEth0, lab::ip("10.0.1.1"), 24});
  EXPECT(lab.take(0) == Lines{"state backup->fault noSourceAddress"});
  lab.give(0, core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});
  lab.give(0, core::LinkRemoved{lab::kEth0});
  EXPECT(lab.take(0) == Lines{"unlisten", "state backup->fault interfaceMissing"});
  lab.give(0, link(IfIndex{7}, "eth0", true));
  lab.take(0);
  lab.give(0, core::LocalAddressAppeared{IfIndex{7}, lab::ip("10.0.1.1"), 24, false, false, false});
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});
}

TEST_CASE("who serves meanwhile is heard and told in FAULT, and once") {
  const auto hear = [](Lab& lab) {
    lab.inject(0, "10.0.1.9", Lab::instance(120), 120);
    lab.run(Duration::ofMillis(1));
  };
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, link(lab::kEth0, "eth0", true, false));
  lab.take(0);
  hear(lab);
  EXPECT(lab.take(0) == Lines{"master 10.0.1.9"});
  lab.give(0, link(lab::kEth0, "eth0", true, true));
  hear(lab);
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});
}

TEST_CASE("a socket that cannot be had is a fault with its errno, tried again") {
  core::Core core({});
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.give(0, core::LinkRemoved{lab::kEth0});
  lab.give(0, link(IfIndex{7}, "eth0", true));
  lab.give(0, core::LocalAddressAppeared{IfIndex{7}, lab::ip("10.0.1.1"), 24, false, false, false});
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("nobody watches the trackers: goodbye and FAULT, but not without trackers") {
  auto lab = masterOf(tracking(200, 10));
  lab.give(0, core::TrackersBlind{true});
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->fault trackersBlind"});
  lab.give(0, core::TrackersBlind{false});
  EXPECT(lab.take(0) == Lines{"state fault->backup faultCleared"});

  auto plain = masterOf(Lab::instance(200));
  plain.give(0, core::TrackersBlind{true});
  EXPECT(plain.take(0).empty());
}

TEST_CASE("unicast without a peer (unicast_fault_no_peer)") {
  auto config = Lab::instance(200);
  config.unicast = true;
  Lab lab(1);
  lab.apply(0, config);
  EXPECT(lab.state(0) == State::fault);
  EXPECT(faults(lab) == std::vector{CauseKind::noPeer});
  config.revision = Revision{2};
  config.unicastPeers = {{lab::ip("10.0.1.2")}};
  lab.apply(0, config);
  EXPECT(lab.state(0) == State::backup);
}

TEST_CASE("nothing is judged before the kernel's dump is complete") {
  core::Core core({});
  const auto now = Instant::ofMicros(5);
  const auto drain = [&] {
    std::vector<std::string> lines;
    while (const auto out = core.drain()) lines.push_back(lab::lineOf(*out));
    return lines;
  };
  core.handle(now, core::ApplyInstance{Lab::instance(255)});
  EXPECT(drain() == Lines{"applied"});
  core.handle(now, link(lab::kEth0, "eth0", true));
  EXPECT(drain() == Lines{"listen"});
  core.handle(now, core::ListenResult{InstanceId{1}, 0});
  core.handle(now,
              core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
  EXPECT(drain().empty());
  core.handle(now, core::KernelListed{});
  EXPECT(drain() == Lines{"advert 255", "add 10.0.1.100", "state init->master owner"});
}

TEST_CASE("a second dump takes away what it does not name") {
  auto lab = masterOf(Lab::instance(200));
  lab.give(0, core::KernelRelisting{});
  lab.give(0, core::KernelListed{});
  // Nothing was named again, so nothing exists.
  EXPECT(lab.state(0) == State::fault);
}

TEST_CASE("what appeared between two dumps is no part of the second one") {
  auto lab = masterOf(Lab::instance(200));
  // The removal was lost with other notifications.
  lab.give(0, core::KernelRelisting{});
  lab.give(0, link(lab::kEth0, "eth0", true));
  const auto own = lab::ip("10.0.1.1");
  lab.give(0, core::LocalAddressAppeared{lab::kEth0, own, 24, false, false, false});
  lab.give(0, core::KernelListed{});
  const auto lines = lab.take(0);
  EXPECT(std::count(lines.begin(), lines.end(), "add 10.0.1.100") == 1);
}
