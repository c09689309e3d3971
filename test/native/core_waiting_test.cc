#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/core.h"
#include "core_lab.h"
#include "testing.h"

// What the core waits for, each by its name: armed on its occasion, for as long as it should be,
// and what comes of it when it has passed.
using namespace failoverd;
using core::Purpose;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

namespace {

constexpr std::uint32_t kPid = 7;

// One core on eth0, and a kernel that obeys at once unless it is told not to.
struct One {
  core::Core core{{}};
  Instant now = Instant::ofMicros(1'000'000'000);
  Lines lines{};
  std::int32_t objectError = 0;
  bool removes = true;

  One() {
    give(link(true));
    give(core::LocalAddressAppeared{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false});
    give(core::KernelListed{});
  }

  static core::LinkChanged link(bool up) {
    const MacAddress mac{{2, 0, 0, 0, 0, 1}};
    return {lab::kEth0, lab::name("eth0"), up, up, mac, 1500, false};
  }

  void give(const core::Input& input) {
    std::vector<core::Input> inputs{input};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      core.handle(now, inputs[i]);
      drain(inputs);
    }
  }

  void run(Duration time) {
    const auto end = now + time;
    while (core.nextDeadline() <= end) {
      now = std::max(now, core.nextDeadline());
      core.advance(now);
      std::vector<core::Input> inputs;
      drain(inputs);
      for (const auto& input : inputs) give(input);
    }
    now = end;
  }

  void drain(std::vector<core::Input>& inputs) {
    while (const auto out = core.drain()) {
      lines.push_back(lab::lineOf(*out));
      if (const auto* listen = std::get_if<core::Listen>(&*out)) {
        inputs.emplace_back(core::ListenResult{listen->instance, 0});
      } else if (const auto* add = std::get_if<core::AddAddress>(&*out)) {
        inputs.emplace_back(core::AddressResult{add->request, 0});
      } else if (const auto* remove = std::get_if<core::RemoveAddress>(&*out)) {
        if (removes) inputs.emplace_back(core::AddressResult{remove->request, 0});
      } else if (const auto* object = std::get_if<core::RequestObject>(&*out)) {
        inputs.emplace_back(core::AddressResult{object->request, objectError});
      }
    }
  }

  void becomeMaster(core::InstanceConfig config) {
    config.basePriority = kOwnerPriority;
    config.trackers = {};
    give(core::ApplyInstance{config});
    run(Duration::zero());
    REQUIRE(core.isMaster(config.id));
    lines.clear();
  }

  // Until when the instance waits for this; nothing: it does not.
  [[nodiscard]] std::optional<Duration> waits(Purpose purpose) const {
    const auto told = core.bequeath();
    REQUIRE(told.has_value());
    for (const auto& one : told->instances.front().deadlines) {
      if (one.purpose == purpose) return one.at - now;
    }
    return std::nullopt;
  }

  // The same where there is no instance, so that nothing else is waited for.
  [[nodiscard]] Duration waits() const { return core.nextDeadline() - now; }

  Lines take(std::string_view prefix = "") {
    Lines taken;
    for (const auto& line : std::exchange(lines, {})) {
      if (line.starts_with(prefix)) taken.push_back(line);
    }
    return taken;
  }
};

core::ApplyTracker process(Duration terminateDelay) {
  core::TrackerConfig config;
  config.id = TrackerId{1};
  config.kind = core::TrackerKind::process;
  config.terminateDelay = terminateDelay;
  return {config};
}

}  // namespace

TEST_CASE("triggeredAdvert: a second change within a quarter of an interval has to wait for it") {
  One one;
  core::TrackerConfig script;
  script.id = TrackerId{1};
  one.give(core::ApplyTracker{script});
  const auto report = [&](core::TrackerStatus status) {
    one.give(core::ReportTracker{TrackerId{1}, Revision{}, status, 0});
  };
  report(core::TrackerStatus::ok);
  auto config = Lab::instance(200);
  config.trackers = {{TrackerId{1}, 10, false}};
  one.give(core::ApplyInstance{config});
  one.run(Duration::ofMillis(3200 + 400));
  REQUIRE(one.core.isMaster(config.id));
  report(core::TrackerStatus::failed);
  EXPECT(!one.waits(Purpose::triggeredAdvert));
  one.take();
  report(core::TrackerStatus::ok);
  EXPECT(one.waits(Purpose::triggeredAdvert) == Duration::ofMillis(250));
  EXPECT(one.take("advert").empty());
  one.run(Duration::ofMillis(250));
  EXPECT(one.take("advert") == Lines{"advert 210"});
  EXPECT(!one.waits(Purpose::triggeredAdvert));
}

TEST_CASE("announceAgain: the second burst, once") {
  One one;
  auto config = Lab::instance(200);
  config.announce.delay = Duration::ofSeconds(5);
  one.becomeMaster(config);
  EXPECT(one.waits(Purpose::announceAgain) == Duration::ofSeconds(5));
  one.run(Duration::ofSeconds(5));
  EXPECT(one.take("announce").size() == config.announce.repeat);
  EXPECT(!one.waits(Purpose::announceAgain));
}

TEST_CASE("announceRefresh: again and again while MASTER") {
  One one;
  auto config = Lab::instance(200);
  config.announce.refresh = Duration::ofSeconds(60);
  config.announce.refreshRepeat = 3;
  one.becomeMaster(config);
  for (int i = 0; i < 2; ++i) {
    EXPECT(one.waits(Purpose::announceRefresh) == Duration::ofSeconds(60));
    one.run(Duration::ofSeconds(60));
    EXPECT(one.take("announce").size() == 3);
  }
  one.give(core::Drain{config.id, true});
  EXPECT(!one.waits(Purpose::announceRefresh));
}

TEST_CASE("announceLowerAgain: the last word after a weaker master") {
  One one;
  auto config = Lab::instance(200);
  config.announce.lowerPriorityRepeat = 2;
  config.announce.lowerPriorityDelay = Duration::ofSeconds(5);
  one.becomeMaster(config);
  one.run(Duration::ofSeconds(2));
  EXPECT(!one.waits(Purpose::announceLowerAgain));
  const auto bytes = Lab::advertBytes("10.0.1.9", config, 50);
  one.give(
      core::AdvertReceived{lab::kEth0, lab::ip("10.0.1.9"), config.multicastGroup, 255, bytes, {}});
  EXPECT(one.waits(Purpose::announceLowerAgain) == Duration::ofSeconds(5));
  one.take();
  one.run(Duration::ofSeconds(5));
  EXPECT(one.take("announce").size() == 2);
  EXPECT(!one.waits(Purpose::announceLowerAgain));
}

TEST_CASE("trackerDelay: a process that comes back within terminate_delay was never gone") {
  One one;
  const auto delay = Duration::ofMillis(300);
  one.give(process(delay));
  one.give(core::SetProcesses{TrackerId{1}, Revision{}, {kPid}});
  EXPECT(one.core.nextDeadline() == Instant::never());
  one.give(core::ProcessExited{kPid});
  EXPECT(one.waits() == delay);
  one.give(core::SetProcesses{TrackerId{1}, Revision{}, {kPid + 1}});
  EXPECT(one.core.nextDeadline() == Instant::never());
  one.give(core::ProcessExited{kPid + 1});
  one.run(delay);
  EXPECT(one.core.nextDeadline() == Instant::never());
}

TEST_CASE("announcePaced: a limited interface may announce again") {
  One one;
  core::ApplyInterfaces limits;
  const auto gap = Duration::ofMillis(100);
  limits.limits = {{{lab::name("eth0")}, gap, gap}};
  one.give(limits);
  auto config = Lab::instance(200);
  config.announce.repeat = 3;
  config.basePriority = kOwnerPriority;
  one.give(core::ApplyInstance{config});
  one.run(Duration::zero());
  EXPECT(one.take("announce").size() == 1);
  for (int i = 0; i < 2; ++i) {
    EXPECT(one.waits() == gap);
    one.run(gap);
    EXPECT(one.take("announce").size() == 1);
  }
  // The advert is next.
  one.run(gap);
  EXPECT(one.take("announce").empty());
}

TEST_CASE("linkDelay: an interface counts as down when that has lasted") {
  One one;
  core::ApplyInterfaces delays;
  delays.delays = {{lab::name("eth0"), Duration::ofSeconds(2), Duration::ofSeconds(3)}};
  one.give(delays);
  one.give(One::link(false));
  EXPECT(one.waits() == Duration::ofSeconds(2));
  one.give(One::link(true));
  EXPECT(one.core.nextDeadline() == Instant::never());
  one.give(One::link(false));
  one.run(Duration::ofSeconds(2));
  one.give(One::link(true));
  EXPECT(one.waits() == Duration::ofSeconds(3));
}

TEST_CASE("stopLimit: a stop does not wait for ever for a kernel that does not answer") {
  One one;
  one.becomeMaster(Lab::instance(200));
  one.removes = false;
  one.give(core::Stop{});
  EXPECT(one.take("stopped").empty());
  EXPECT(one.waits() == Duration::ofSeconds(1));
  one.run(Duration::ofSeconds(1));
  EXPECT(one.take("stopped") == Lines{"stopped"});
}

TEST_CASE("staticsRetry: a static object that was refused is asked for again after five seconds") {
  One one;
  core::ObjectConfig route;
  route.key = {core::ObjectKind::route, Family::ipv4, lab::ip("10.4.0.0"), 16, 0, 0};
  route.add.assign(32, 0xaa);
  route.remove.assign(32, 0xbb);
  one.objectError = 101;
  one.give(core::ApplyStatics{{route}, {}});
  one.take();
  EXPECT(one.waits() == Duration::ofSeconds(5));
  one.objectError = 0;
  one.run(Duration::ofSeconds(5));
  EXPECT(one.take("#0 add").size() == 1);
  EXPECT(one.core.nextDeadline() == Instant::never());
}

TEST_CASE("recovery: a fault is over when all that had arrived with its end has been heard") {
  One one;
  const auto config = Lab::instance(200);
  one.give(core::ApplyInstance{config});
  one.give(One::link(false));
  one.take();
  one.give(One::link(true));
  EXPECT(one.take("state").empty());
  EXPECT(one.waits() == Duration::zero());
  // Another one had arrived as well.
  one.give(One::link(false));
  one.run(Duration::zero());
  EXPECT(one.take("state").empty());
  one.give(One::link(true));
  one.run(Duration::zero());
  EXPECT(one.take("state") == Lines{"state fault->backup faultCleared"});
}
