#include "core_lab.h"
#include "testing.h"

// The orderly end.
using namespace failoverd;
using core::State;
using lab::Lab;

using Lines = std::vector<std::string>;

TEST_CASE("stop: goodbye, everything given back, and then Stopped") {
  auto lab = lab::masterAndBackup();
  lab.give(0, core::Stop{});
  EXPECT(lab.take(0) == Lines{"goodbye", "remove 10.0.1.100", "state master->init stopping",
                              "unlisten", "stopped"});
  lab.run(Duration::ofSeconds(10));
  EXPECT(lab.take(0).empty());
  EXPECT(lab.state(1) == State::master);
}

TEST_CASE("a BACKUP says nothing when it stops") {
  auto lab = lab::masterAndBackup();
  lab.take(1);
  lab.give(1, core::Stop{});
  EXPECT(lab.take(1) == Lines{"state backup->init stopping", "unlisten", "stopped"});
}

TEST_CASE("make before break: the VIP stays until the next master is heard") {
  auto lab = lab::masterAndBackup();
  lab.give(0, core::Stop{Duration::ofSeconds(5), true});
  EXPECT(lab.take(0) == Lines{"goodbye"});
  EXPECT(lab.has(0, "10.0.1.100"));
  lab.run(Duration::ofMillis(600));  // skewTime of 100 is 609 ms
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(20));
  EXPECT(lab.take(0) ==
         Lines{"remove 10.0.1.100", "state master->init stopping", "unlisten", "stopped"});
  EXPECT(lab.has(1, "10.0.1.100"));
}

TEST_CASE("the kernel is waited for also when the next master is heard just before the limit") {
  auto lab = lab::masterAndBackup();
  lab.removalTakes(0, Duration::ofMillis(50));
  lab.give(0, core::Stop{Duration::ofMillis(625), true});
  lab.run(Duration::ofMillis(630));
  EXPECT(lab.take(0) ==
         Lines{"goodbye", "remove 10.0.1.100", "state master->init stopping", "unlisten"});
  lab.run(Duration::ofMillis(50));
  EXPECT(lab.take(0) == Lines{"stopped"});
}

TEST_CASE("the kernel is waited for also by who was away while that limit passed") {
  auto lab = lab::masterAndBackup();
  lab.removalTakes(0, Duration::ofSeconds(2));
  lab.give(0, core::Stop{Duration::ofMillis(1500), true});
  lab.run(Duration::ofMillis(100));
  // What is read on waking had come long before.
  lab.pause(0, false);
  lab.inject(0, "10.0.1.2", Lab::instance(100), 100);
  EXPECT(lab.take(0) ==
         Lines{"goodbye", "remove 10.0.1.100", "state master->init stopping", "unlisten"});
  lab.run(Duration::ofMillis(1300));
  lab.resume(0);
  EXPECT(lab.take(0).empty());
  lab.run(Duration::ofMillis(800));
  EXPECT(lab.take(0) == Lines{"stopped"});
}

TEST_CASE("but no longer than it was told to") {
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.take(0);
  lab.give(0, core::Stop{Duration::ofSeconds(2), true});
  lab.run(Duration::ofMillis(1999));
  EXPECT(lab.take(0) == Lines{"goodbye"});
  lab.run(Duration::ofMillis(1));
  EXPECT(lab.take(0) ==
         Lines{"remove 10.0.1.100", "state master->init stopping", "unlisten", "stopped"});
}

TEST_CASE("a second stop without linger ends the waiting") {
  Lab lab(1);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.take(0);
  lab.give(0, core::Stop{Duration::ofSeconds(2), true});
  EXPECT(lab.take(0) == Lines{"goodbye"});
  lab.give(0, core::Stop{Duration::zero(), true});
  lab.run(Duration::zero());
  EXPECT(lab.take(0) ==
         Lines{"remove 10.0.1.100", "state master->init stopping", "unlisten", "stopped"});
}

TEST_CASE("--dont-release-vrrp: no goodbye, and the addresses stay") {
  auto lab = lab::masterAndBackup();
  lab.give(0, core::Stop{Duration::zero(), false});
  EXPECT(lab.take(0) == Lines{"unlisten", "stopped"});
  EXPECT(lab.has(0, "10.0.1.100"));
}

namespace {

// An owner on a host whose kernel never answers.
struct Unanswered {
  core::Core core{{}};
  Instant now = Instant::ofMicros(0);

  Unanswered() {
    const core::LinkChanged eth0{lab::kEth0, lab::name("eth0"), true, true, {}, 1500, false};
    const core::LocalAddressAppeared own{lab::kEth0, lab::ip("10.0.1.1"), 24, false, false, false};
    for (const auto& input : std::vector<core::Input>{eth0, own, core::KernelListed{},
                                                      core::ApplyInstance{Lab::instance(255)},
                                                      core::ListenResult{InstanceId{1}, 0}}) {
      core.handle(now, input);
      drain();
    }
  }

  Lines drain() {
    Lines lines;
    while (const auto out = core.drain()) lines.push_back(lab::lineOf(*out));
    return lines;
  }

  Lines advance(Duration time) {
    now = now + time;
    core.advance(now);
    return drain();
  }
};

}  // namespace

TEST_CASE("a kernel that does not answer holds nobody up") {
  Unanswered host;
  host.core.handle(host.now, core::Stop{});
  host.drain();
  EXPECT(host.advance(Duration::ofMillis(999)).empty());
  EXPECT(host.advance(Duration::ofMillis(1)) == Lines{"stopped"});
}

TEST_CASE("the kernel is given its time also by who was away when the next master came") {
  Unanswered host;
  host.core.handle(host.now, core::Stop{Duration::ofSeconds(3), true});
  EXPECT(host.drain() == Lines{"goodbye"});
  const auto bytes = Lab(1).advertBytes("10.0.1.2", Lab::instance(100), 100);
  const core::AdvertReceived newMaster{
      lab::kEth0, lab::ip("10.0.1.2"), lab::ip("224.0.0.18"), 255, bytes, {}};
  // It came while the process was stopped, and counts as heard then.
  host.core.handle(host.now + Duration::ofSeconds(1), newMaster);
  EXPECT(host.drain() == Lines{"remove 10.0.1.100", "state master->init stopping", "unlisten"});
  EXPECT(host.advance(Duration::ofSeconds(8)).empty());
  EXPECT(host.advance(Duration::ofMillis(999)).empty());
  EXPECT(host.advance(Duration::ofMillis(1)) == Lines{"stopped"});
}
