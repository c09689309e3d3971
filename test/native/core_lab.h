#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/advert_builder.h"
#include "core/core.h"

// A few routers on one segment in virtual time: real cores, a kernel that does what it is
// asked, a network that delivers after a fixed delay unless it is cut. What every core says is
// written down as short lines, "advert 100" or "state backup->master masterSilent", so that a
// test reads like a story.
namespace failoverd::lab {

inline constexpr IfIndex kEth0{2};
inline constexpr IfIndex kEth1{3};
inline constexpr Duration kDelay = Duration::ofMicros(200);

IpAddress ip(const char* text);
core::InterfaceName name(const char* text);
core::AddressConfig vip(const char* text, std::uint8_t prefixLength = 24);

struct Line {
  Instant at;
  std::string text;
};

class Lab {
 public:
  // Host i has eth0 with 10.0.1.(i+1)/24 and fe80::(i+1)/64; the dump is complete at once.
  explicit Lab(std::size_t hosts, core::CoreOptions options = {},
               const wire::Digests& digests = {});

  // VRID 1 on eth0 with the VIP 10.0.1.100, advert_int 1, VRRPv2, id 1; no second burst of
  // announcements and two repetitions, to keep the lines few.
  static core::InstanceConfig instance(std::uint8_t priority);
  static core::InstanceConfig instanceV3(std::uint8_t priority, Duration interval);

  void apply(std::size_t host, const core::InstanceConfig& config);
  void give(std::size_t host, const core::Input& input);
  // What had all arrived before the host looked: no deadline passes between them.
  void giveTogether(std::size_t host, std::initializer_list<core::Input> inputs);
  // An advert from nowhere, as if it came from this address.
  void inject(std::size_t host, const char* source, const core::InstanceConfig& sender,
              std::uint8_t priority);
  void injectBytes(std::size_t host, const char* source, std::vector<std::uint8_t> bytes,
                   std::uint8_t ttl = 255);
  static std::vector<std::uint8_t> advertBytes(const char* source,
                                               const core::InstanceConfig& sender,
                                               std::uint8_t priority);

  // The last advert of `from` arrives at all others once more, as `spoil` left it.
  void repeat(std::size_t from, const std::function<void(std::vector<std::uint8_t>&)>& spoil = {});

  // Prepares what a host's guardian would say, and says it. Returns until when it is good.
  Instant prepareGoodbye(std::size_t host);
  void sayGoodbye(std::size_t host);

  // Lets time pass: packets and deadlines in the order of their instants.
  void run(Duration time);
  // The host is stopped or frozen: nothing reaches it and its deadlines wait. `queued`: what
  // is sent to it meanwhile waits in its socket, as for a stopped process.
  void pause(std::size_t host, bool queued);
  void resume(std::size_t host);
  void cut(std::size_t from, std::size_t to);
  void heal();
  // Packets to and from it vanish, and it is asked nothing any more.
  void kill(std::size_t host);

  // Another process takes the host's place: with the same configuration, and what the one before
  // hands over. Nothing that it says before is written down.
  void upgrade(std::size_t host);
  // Whether another process may take its place at this moment.
  [[nodiscard]] bool bequeaths(std::size_t host) const;

  // How long the kernel of a host takes to remove an address.
  void removalTakes(std::size_t host, Duration time);
  // The kernel's next answers to AddAddress, and to RequestObject.
  void refuseAddresses(std::size_t host, std::int32_t errorNumber);
  void refuseObjects(std::size_t host, std::int32_t errorNumber);
  // So do those to adverts; 0: they leave again.
  void refuseAdverts(std::size_t host, std::int32_t errorNumber);
  void removeByHand(std::size_t host, const core::ObjectKey& key);
  void removeByHand(std::size_t host, const char* address);

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] const core::InstanceStatus status(std::size_t host, std::uint32_t id = 1) const;
  [[nodiscard]] core::State state(std::size_t host, std::uint32_t id = 1) const;
  [[nodiscard]] bool has(std::size_t host, const char* address) const;

  // What the host has said since the last call, in order.
  std::vector<std::string> take(std::size_t host);
  // The same with times in seconds before each.
  std::vector<std::string> takeTimed(std::size_t host);
  // Only the lines that begin with this.
  std::vector<std::string> takeOnly(std::size_t host, std::string_view prefix);

 private:
  struct Delivery {
    Instant at;
    std::uint64_t order;
    std::size_t host;
    core::Input input;
    std::vector<std::uint8_t> bytes;
    bool packet = false;
    std::size_t headerSize = 0;  // of an IP header in front of the bytes (AH)
  };
  struct Host {
    core::Core core;
    std::vector<Line> lines;
    std::set<std::string> addresses;
    std::set<std::string> objects;
    bool alive = true;
    bool paused = false;
    bool queues = false;
    Duration removal = Duration::zero();
    std::int32_t refuse = 0;
    std::int32_t refuseObjects = 0;
    std::int32_t refuseAdverts = 0;
    core::AdvertReceived sent{};  // the last advert; its bytes are in sentBytes
    std::vector<std::uint8_t> sentBytes{};
    std::vector<std::uint8_t> goodbye{};  // what its guardian has
    std::vector<core::Input> configuration{};
  };

  void boot(std::size_t host);
  void later(std::size_t host, Instant at, core::Input input, std::vector<std::uint8_t> bytes = {});
  void deliver(Delivery delivery);
  void drain(std::size_t host);
  void act(std::size_t host, const core::Output& output);
  void change(std::size_t host, const core::RequestObject& request);
  void carry(std::size_t from, const core::SendAdvert& advert);
  void carryAgain(std::size_t from, const std::vector<std::uint8_t>& bytes);
  [[nodiscard]] Instant earliestDeadline() const;

  core::CoreOptions options_;
  wire::Digests digests_;
  std::vector<Host> hosts_;
  std::vector<Delivery> queue_;
  std::set<std::pair<std::size_t, std::size_t>> cuts_;
  Instant now_ = Instant::ofMicros(1'000'000'000);
  std::uint64_t order_ = 0;
};

// One line for an output: what test/native compares.
std::string lineOf(const core::Output& output);

// Host 0 is MASTER with priority 200, host 1 BACKUP with 100; what host 0 has said is taken.
Lab masterAndBackup();

}  // namespace failoverd::lab
