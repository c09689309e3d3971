// The whole engine with its own thread, and this one in JavaScript's place: commands, events,
// pictures, the record and the end, all at once. Built with ThreadSanitizer this is where a race
// would show.
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "core_lab.h"
#include "engine/engine.h"
#include "linux/clock.h"
#include "linux_netns.h"
#include "testing.h"

namespace failoverd::engine {
namespace {

constexpr auto kPatience = Duration::ofSeconds(60);

EngineOptions plainOptions() {
  EngineOptions options;
  options.realtimePriority = 0;
  options.lockMemory = false;
  options.silenceLimit = Duration::ofSeconds(10);
  options.recorderBytes = 1U << 16;
  return options;
}

core::InstanceConfig onLeft(std::uint32_t revision) {
  auto config =
      lab::Lab::instanceV3(static_cast<std::uint8_t>(100 + revision % 100), Duration::ofMillis(10));
  config.interfaceName = lab::name("left");
  config.addresses = {lab::vip("192.0.2.100")};
  config.revision = Revision{revision};
  return config;
}

// What JavaScript does, in a hurry.
struct Reader {
  std::unique_ptr<Engine> engine;
  std::uint32_t revision = 0;
  std::uint64_t asked = 0;
  std::uint64_t lastToken = 0;
  std::uint64_t events = 0;
  std::size_t lines = 0;
  bool master = false;

  void turn() {
    auto& mailbox = engine->mailbox();
    mailbox.heard(os::now());
    std::vector<core::Input> commands;
    commands.emplace_back(core::ApplyInstance{onLeft(++revision)});
    (void)mailbox.send(std::move(commands));
    if (const auto token = mailbox.requestPicture(); token != 0) asked = token;
    mailbox.drainEvents([&](const EventRecord&) { ++events; });
    mailbox.takePictures([&](const Picture& picture) {
      EXPECT(picture.token == lastToken + 1);
      lastToken = picture.token;
      const auto& instances = picture.snapshot.core.instances;
      master = std::ranges::any_of(
          instances, [](const auto& one) { return one.state == core::State::master; });
    });
    lines = std::max(lines, engine->recorder().lines().size());
    pollfd nothing{-1, 0, 0};
    ::poll(&nothing, 1, 1);
  }
};

}  // namespace

TEST_CASE("commands, events, pictures and the record cross the threads at once") {
  NEEDS_NAMESPACES();
  const test::Cable cable;
  auto started = cable.a.in([] { return Engine::start(plainOptions(), {}, ENOSYS); });
  REQUIRE(std::holds_alternative<std::unique_ptr<Engine>>(started));
  Reader reader{std::move(*std::get_if<std::unique_ptr<Engine>>(&started))};
  const os::Fd bell(reader.engine->mailbox().takeBellFd());
  const auto until = os::now() + kPatience;
  while (os::now() < until && !(reader.master && reader.lastToken > 100)) reader.turn();
  EXPECT(reader.master);
  EXPECT(reader.lastToken > 100);
  EXPECT(reader.events > 0);
  EXPECT(reader.lines > 0);
  // Every picture that was asked for comes, also when all are asked for at once.
  while (os::now() < until && reader.lastToken < reader.asked) reader.turn();
  EXPECT(reader.lastToken + Mailbox::kMaxPictures >= reader.asked);
  reader.engine->stopUrgently();
  EXPECT(reader.engine->join(kPatience));
  EXPECT(reader.engine->finished());
}

TEST_CASE("the picture of many instances comes part after part, each instance once") {
  NEEDS_NAMESPACES();
  constexpr std::uint32_t kInstances = 3 * Picture::kPart - 10;
  const test::Cable cable;
  auto started = cable.a.in([] { return Engine::start(plainOptions(), {}, ENOSYS); });
  REQUIRE(std::holds_alternative<std::unique_ptr<Engine>>(started));
  const auto engine = std::move(*std::get_if<std::unique_ptr<Engine>>(&started));
  const os::Fd bell(engine->mailbox().takeBellFd());
  std::vector<core::Input> commands;
  for (std::uint32_t id = 1; id <= kInstances; ++id) {
    auto config = onLeft(1);
    config.id = InstanceId{id};
    config.vrid = Vrid{static_cast<std::uint8_t>(id % 255 + 1)};
    commands.emplace_back(core::ApplyInstance{config});
  }
  auto& mailbox = engine->mailbox();
  REQUIRE(mailbox.send(std::move(commands)) != 0);
  const auto until = os::now() + kPatience;
  std::uint32_t reached = 0;
  std::uint32_t parts = 0;
  // The first pictures may be of a time at which not all were configured.
  while (os::now() < until && reached != kInstances) {
    mailbox.heard(os::now());
    mailbox.drainEvents([](const EventRecord&) {});
    (void)mailbox.requestPicture();
    mailbox.takePictures([&](const Picture& picture) {
      if (picture.part == 0) reached = 0;
      if (picture.part != 0) EXPECT(picture.part == parts + 1);
      parts = picture.part;
      for (const auto& one : picture.snapshot.core.instances) {
        EXPECT(one.instance.value == ++reached);
      }
    });
    pollfd nothing{-1, 0, 0};
    ::poll(&nothing, 1, 1);
  }
  EXPECT(reached == kInstances);
  EXPECT(parts == 2);
  engine->stopUrgently();
  EXPECT(engine->join(kPatience));
}

}  // namespace failoverd::engine
