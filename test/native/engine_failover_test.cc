// Two whole engines on real sockets and a real kernel, one at each end of a cable: an election, a
// stolen VIP, a link that flaps, silence, a goodbye, a comeback. Built with the sanitizers this is
// a real failover under them, which a daemon inside Node cannot be.
#include <poll.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <utility>

#include "core_lab.h"
#include "engine/engine.h"
#include "linux/clock.h"
#include "linux_netns.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

constexpr auto kPatience = Duration::ofSeconds(120);
constexpr auto kInterval = Duration::ofMillis(20);
constexpr int kFlaps = 20;
constexpr int kThefts = 1000;
const char* const kVips[] = {"192.0.2.100", "192.0.2.101"};

EngineOptions plainOptions() {
  EngineOptions options;
  options.core.restoresPerMinute = 10'000;
  options.realtimePriority = 0;
  options.lockMemory = false;
  options.recorderBytes = 1U << 16;
  return options;
}

// One end of the cable and the engine there, whose JavaScript this thread plays.
class Router {
 public:
  Router(const test::NetNs& place, const char* device, std::uint8_t priority)
      : place_(place), device_(device) {
    config_ = lab::Lab::instanceV3(priority, kInterval);
    config_.interfaceName = lab::name(device);
    config_.addresses.clear();
    for (const char* address : kVips) config_.addresses.push_back(lab::vip(address));
  }

  void start() {
    auto started = place_.in([] { return Engine::start(plainOptions(), {}, ENOSYS); });
    REQUIRE(std::holds_alternative<std::unique_ptr<Engine>>(started));
    engine_ = std::move(*std::get_if<std::unique_ptr<Engine>>(&started));
    config_.revision = Revision{++revision_};
    std::vector<core::Input> commands;
    commands.emplace_back(core::ApplyInstance{config_});
    REQUIRE(engine_->mailbox().send(std::move(commands)) != 0);
  }

  // Says goodbye and gives everything back.
  void stop() {
    engine_->stopUrgently();
    REQUIRE(engine_->join(kPatience));
    engine_.reset();
    state_ = core::State::init;
  }

  void turn() {
    if (!engine_) return;
    auto& mailbox = engine_->mailbox();
    mailbox.heard(os::now());
    (void)mailbox.requestPicture();
    mailbox.drainEvents([](const EventRecord&) {});
    mailbox.takePictures([&](const Picture& picture) {
      for (const auto& one : picture.snapshot.core.instances) state_ = one.state;
    });
  }

  [[nodiscard]] core::State state() const { return state_; }
  [[nodiscard]] std::size_t vips() const {
    const auto text = place_.output(std::string("ip -o address show dev ") + device_);
    std::size_t found = 0;
    for (const char* address : kVips) {
      if (text.find(std::string(address) + "/") != std::string::npos) ++found;
    }
    return found;
  }
  void ip(const std::string& command) const { place_.run("ip " + command + " dev " + device_); }
  void link(const char* way) const {
    place_.run(std::string("ip link set ") + device_ + ' ' + way);
  }

 private:
  const test::NetNs& place_;
  const char* device_;
  core::InstanceConfig config_;
  std::uint32_t revision_ = 0;
  std::unique_ptr<Engine> engine_;
  core::State state_ = core::State::init;
};

struct Pair {
  test::Cable cable;
  Router left{cable.a, "left", 200};
  Router right{cable.b, "right", 100};

  void await(const char* what, const std::function<bool()>& there) {
    INFO(what);
    const auto until = os::now() + kPatience;
    for (;;) {
      left.turn();
      right.turn();
      if (there()) return;
      REQUIRE(os::now() < until);
      pollfd nothing{-1, 0, 0};
      ::poll(&nothing, 1, 2);
    }
  }

  void serves(const Router& master, const Router& other) {
    await("one MASTER", [&] { return master.state() == core::State::master; });
    await("the other one yields", [&] { return other.state() != core::State::master; });
    await("the VIPs", [&] { return master.vips() == std::size(kVips) && other.vips() == 0; });
  }
};

}  // namespace

TEST_CASE("a real failover: theft, flaps, silence, goodbye, comeback") {
  NEEDS_NAMESPACES();
  Pair pair;
  auto& [cable, left, right] = pair;
  left.start();
  right.start();
  pair.serves(left, right);

  for (int theft = 0; theft < kThefts; ++theft) {
    left.ip(std::string("address del ") + kVips[theft % 2] + "/24");
    pair.await("the VIP again", [&] { return left.vips() == std::size(kVips); });
    REQUIRE(left.state() == core::State::master);
  }

  for (int flap = 0; flap < kFlaps; ++flap) {
    left.link("down");
    left.link("up");
  }
  pair.serves(left, right);

  // No carrier at either end: both are at fault, and with it the better one takes over again.
  right.link("down");
  pair.await("FAULT", [&] {
    return left.state() == core::State::fault && right.state() == core::State::fault;
  });
  pair.await("nothing left", [&] { return left.vips() == 0 && right.vips() == 0; });
  right.link("up");
  pair.serves(left, right);

  left.stop();
  pair.serves(right, left);
  left.start();
  pair.serves(left, right);
  left.stop();
  right.stop();
  REQUIRE(left.vips() + right.vips() == 0);
}

}  // namespace failoverd::engine
