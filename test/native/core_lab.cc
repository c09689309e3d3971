#include "core_lab.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "wire/advert.h"

namespace failoverd::lab {

IpAddress ip(const char* text) {
  const auto address = IpAddress::parse(text);
  CHECK(address.has_value());
  return *address;
}

core::InterfaceName name(const char* text) {
  return *core::InterfaceName::from(text);
}

core::AddressConfig vip(const char* text, std::uint8_t prefixLength) {
  core::AddressConfig config;
  config.address = ip(text);
  config.prefixLength = prefixLength;
  if (!config.address.isV4()) config.flags = 0x02;  // IFA_F_NODAD
  return config;
}

namespace {

bool isConfiguration(const core::Input& input) {
  return std::holds_alternative<core::ApplyInstance>(input) ||
         std::holds_alternative<core::ApplyGroup>(input) ||
         std::holds_alternative<core::ApplyTracker>(input) ||
         std::holds_alternative<core::ApplyStatics>(input) ||
         std::holds_alternative<core::ReportTracker>(input) ||
         std::holds_alternative<core::ClockSet>(input);
}

std::string hostAddress(std::size_t host, const char* prefix) {
  return prefix + std::to_string(host + 1);
}

}  // namespace

Lab::Lab(std::size_t hosts, core::CoreOptions options, const wire::Digests& digests)
    : options_(options), digests_(digests) {
  for (std::size_t i = 0; i < hosts; ++i) {
    hosts_.push_back(Host{core::Core(options, digests), {}, {}, {}});
  }
  for (std::size_t i = 0; i < hosts; ++i) boot(i);
}

void Lab::boot(std::size_t host) {
  const auto last = static_cast<std::uint8_t>(host + 1);
  const MacAddress mac{{2, 0, 0, 0, 0, last}};
  give(host, core::LinkChanged{kEth0, name("eth0"), true, true, mac, 1500, false});
  give(host, core::LinkChanged{kEth1, name("eth1"), true, true, mac, 1500, false});
  const auto v4 = ip(hostAddress(host, "10.0.1.").c_str());
  const auto v6 = ip(hostAddress(host, "fe80::").c_str());
  give(host, core::LocalAddressAppeared{kEth0, v4, 24, false, false, false});
  give(host, core::LocalAddressAppeared{kEth0, v6, 64, false, false, false});
  give(host, core::KernelListed{});
}

core::InstanceConfig Lab::instance(std::uint8_t priority) {
  core::InstanceConfig config;
  config.id = InstanceId{1};
  config.name = "VI_1";
  config.revision = Revision{1};
  config.interfaceName = name("eth0");
  config.basePriority = Priority{priority};
  config.multicastGroup = ip("224.0.0.18");
  config.addresses = {vip("10.0.1.100")};
  config.announce.repeat = 2;
  config.announce.delay = Duration::zero();
  config.announce.lowerPriorityRepeat = 1;
  config.announce.lowerPriorityDelay = Duration::zero();
  return config;
}

core::InstanceConfig Lab::instanceV3(std::uint8_t priority, Duration interval) {
  auto config = instance(priority);
  config.version = core::VrrpVersion::v3;
  config.advertInterval = interval;
  return config;
}

void Lab::apply(std::size_t host, const core::InstanceConfig& config) {
  give(host, core::ApplyInstance{config});
}

void Lab::give(std::size_t host, const core::Input& input) {
  giveTogether(host, {input});
}

void Lab::giveTogether(std::size_t host, std::initializer_list<core::Input> inputs) {
  for (const auto& input : inputs) {
    if (isConfiguration(input)) hosts_[host].configuration.push_back(input);
    hosts_[host].core.handle(now_, input);
    drain(host);
  }
  run(Duration::zero());
}

std::vector<std::uint8_t> Lab::advertBytes(const char* source, const core::InstanceConfig& sender,
                                           std::uint8_t priority) {
  core::AdvertBuilder builder;
  builder.configure(sender);
  const auto view = builder.build(sender, Priority{priority}, ip(source), sender.multicastGroup);
  return {view.begin(), view.end()};
}

void Lab::inject(std::size_t host, const char* source, const core::InstanceConfig& sender,
                 std::uint8_t priority) {
  injectBytes(host, source, advertBytes(source, sender, priority));
}

void Lab::injectBytes(std::size_t host, const char* source, std::vector<std::uint8_t> bytes,
                      std::uint8_t ttl) {
  const auto address = ip(source);
  const auto group = address.isV4() ? ip("224.0.0.18") : ip("ff02::12");
  give(host, core::AdvertReceived{kEth0, address, group, ttl, bytes, {}});
}

Instant Lab::earliestDeadline() const {
  auto earliest = Instant::never();
  for (const auto& host : hosts_) {
    if (host.alive && !host.paused) earliest = std::min(earliest, host.core.nextDeadline());
  }
  return earliest;
}

void Lab::run(Duration time) {
  const auto end = now_ + time;
  for (;;) {
    const auto next =
        std::min_element(queue_.begin(), queue_.end(), [](const Delivery& a, const Delivery& b) {
          return a.at != b.at ? a.at < b.at : a.order < b.order;
        });
    const auto packet = next == queue_.end() ? Instant::never() : next->at;
    const auto deadline = earliestDeadline();
    const auto at = std::min(packet, deadline);
    if (at > end) break;
    now_ = std::max(now_, at);
    if (packet <= deadline) {
      auto delivery = std::move(*next);
      queue_.erase(next);
      deliver(std::move(delivery));
      continue;
    }
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
      auto& host = hosts_[i];
      if (!host.alive || host.paused || host.core.nextDeadline() > now_) continue;
      host.core.advance(now_);
      drain(i);
    }
  }
  now_ = end;
}

void Lab::deliver(Delivery delivery) {
  auto& host = hosts_[delivery.host];
  if (!host.alive) return;
  if (host.paused) {
    if (delivery.packet && !host.queues) return;
    delivery.at = Instant::never() - Duration::ofSeconds(1);  // waits for resume()
    queue_.push_back(std::move(delivery));
    return;
  }
  if (auto* advert = std::get_if<core::AdvertReceived>(&delivery.input)) {
    const auto whole = core::ByteView(delivery.bytes);
    advert->ipHeader = whole.first(delivery.headerSize);
    advert->bytes = whole.subspan(delivery.headerSize);
  }
  host.core.handle(now_, delivery.input);
  drain(delivery.host);
}

void Lab::later(std::size_t host, Instant at, core::Input input, std::vector<std::uint8_t> bytes) {
  const bool packet = !bytes.empty();
  queue_.push_back({at, order_++, host, std::move(input), std::move(bytes), packet, 0});
}

void Lab::drain(std::size_t host) {
  while (const auto output = hosts_[host].core.drain()) {
    hosts_[host].lines.push_back({now_, lineOf(*output)});
    act(host, *output);
  }
}

void Lab::act(std::size_t from, const core::Output& output) {
  auto& host = hosts_[from];
  if (const auto* listen = std::get_if<core::Listen>(&output)) {
    later(from, now_, core::ListenResult{listen->instance, 0});
  } else if (const auto* add = std::get_if<core::AddAddress>(&output)) {
    const auto& config = *add->address;
    if (host.refuse == 0) {
      host.addresses.insert(config.address.toString());
      later(from, now_,
            core::LocalAddressAppeared{add->ifIndex, config.address, config.prefixLength, true,
                                       false, true});
    }
    later(from, now_, core::AddressResult{add->request, host.refuse});
  } else if (const auto* remove = std::get_if<core::RemoveAddress>(&output)) {
    const bool there = host.addresses.erase(remove->address.toString()) != 0;
    later(from, now_ + host.removal, core::AddressResult{remove->request, there ? 0 : 99});
    if (there) {
      later(from, now_ + host.removal,
            core::LocalAddressRemoved{remove->ifIndex, remove->address, remove->prefixLength});
    }
  } else if (const auto* object = std::get_if<core::RequestObject>(&output)) {
    change(from, *object);
  } else if (const auto* advert = std::get_if<core::SendAdvert>(&output)) {
    if (host.refuseAdverts != 0) {
      later(from, now_, core::SendFailed{advert->instance, host.refuseAdverts});
    } else {
      carry(from, *advert);
    }
  }
}

void Lab::change(std::size_t at, const core::RequestObject& request) {
  constexpr std::int32_t kExists = 17;
  constexpr std::int32_t kAbsent = 3;
  auto& host = hosts_[at];
  const auto name = request.key.destination.toString();
  std::int32_t errorNumber = 0;
  if (request.add) {
    errorNumber = host.refuseObjects;
    if (errorNumber == 0 && !host.objects.insert(name).second) errorNumber = kExists;
  } else if (host.objects.erase(name) == 0) {
    errorNumber = kAbsent;
  } else {
    auto key = request.key;
    // Of a filter the kernel names the interface.
    if (key.kind == core::ObjectKind::filter) key.table = kEth0.value;
    later(at, now_, core::ObjectRemoved{key});
  }
  later(at, now_, core::AddressResult{request.request, errorNumber});
}

void Lab::refuseObjects(std::size_t host, std::int32_t errorNumber) {
  hosts_[host].refuseObjects = errorNumber;
}

void Lab::refuseAdverts(std::size_t host, std::int32_t errorNumber) {
  hosts_[host].refuseAdverts = errorNumber;
}

void Lab::removeByHand(std::size_t host, const core::ObjectKey& key) {
  CHECK(hosts_[host].objects.erase(key.destination.toString()) == 1);
  give(host, core::ObjectRemoved{key});
}

void Lab::carry(std::size_t from, const core::SendAdvert& advert) {
  auto& host = hosts_[from];
  host.sent = {kEth0, advert.source, advert.destination, advert.ttl, {}, {}};
  host.sentBytes.assign(advert.bytes.begin(), advert.bytes.end());
  carryAgain(from, host.sentBytes);
}

void Lab::carryAgain(std::size_t from, const std::vector<std::uint8_t>& bytes) {
  // An IPv4 packet begins with 0x45, an advert with its version.
  const std::size_t headerSize = bytes[0] == 0x45 ? 20 : 0;
  for (std::size_t to = 0; to < hosts_.size(); ++to) {
    if (to == from || cuts_.contains({from, to})) continue;
    later(to, now_ + kDelay, hosts_[from].sent, bytes);
    queue_.back().headerSize = headerSize;
  }
}

void Lab::repeat(std::size_t from, const std::function<void(std::vector<std::uint8_t>&)>& spoil) {
  auto bytes = hosts_[from].sentBytes;
  if (spoil) spoil(bytes);
  carryAgain(from, bytes);
  run(kDelay);
}

Instant Lab::prepareGoodbye(std::size_t host) {
  struct Sink final : core::WillSink {
    std::vector<std::uint8_t>& bytes;
    explicit Sink(std::vector<std::uint8_t>& kept) : bytes(kept) {}
    void goodbye(const core::SendAdvert& advert) override {
      bytes.assign(advert.bytes.begin(), advert.bytes.end());
    }
    void address(IfIndex, const IpAddress&, std::uint8_t) override {}
    std::span<std::uint8_t> object(core::ByteView) override { return {}; }
  } sink(hosts_[host].goodbye);
  return hosts_[host].core.tellWill(now_, sink);
}

void Lab::sayGoodbye(std::size_t host) {
  carryAgain(host, hosts_[host].goodbye);
}

void Lab::pause(std::size_t host, bool queued) {
  hosts_[host].paused = true;
  hosts_[host].queues = queued;
}

void Lab::resume(std::size_t host) {
  hosts_[host].paused = false;
  for (auto& delivery : queue_) {
    if (delivery.host == host && delivery.at > now_ + Duration::ofSeconds(1'000'000)) {
      delivery.at = now_;
    }
  }
  run(Duration::zero());
}

void Lab::cut(std::size_t from, std::size_t to) {
  cuts_.insert({from, to});
}

void Lab::heal() {
  cuts_.clear();
}

void Lab::kill(std::size_t host) {
  hosts_[host].alive = false;
}

bool Lab::bequeaths(std::size_t host) const {
  return hosts_[host].core.bequeath().has_value();
}

void Lab::upgrade(std::size_t at) {
  auto& host = hosts_[at];
  const auto lines = host.lines;
  auto old = std::exchange(host.core, core::Core(options_, digests_));
  give(at, core::AwaitInheritance{});
  boot(at);
  for (const auto& address : host.addresses) {
    give(at, core::LocalAddressAppeared{kEth0, ip(address.c_str()), 24, true, false, true});
  }
  const auto configuration = std::exchange(host.configuration, {});
  for (const auto& input : configuration) give(at, input);
  // What the wire brings meanwhile is for the one that serves.
  inject(at, "10.0.1.77", instance(255), 255);
  CHECK(!host.core.bequeath());
  const auto inheritance = old.bequeath();
  CHECK(inheritance.has_value());
  old.handle(now_, core::Stop{Duration::zero(), false});
  while (const auto output = old.drain()) CHECK(!std::holds_alternative<core::SendAdvert>(*output));
  CHECK(!old.bequeath());
  host.lines = lines;
  give(at, *inheritance);
}

void Lab::removalTakes(std::size_t host, Duration time) {
  hosts_[host].removal = time;
}

void Lab::refuseAddresses(std::size_t host, std::int32_t errorNumber) {
  hosts_[host].refuse = errorNumber;
}

void Lab::removeByHand(std::size_t host, const char* address) {
  hosts_[host].addresses.erase(address);
  give(host, core::LocalAddressRemoved{kEth0, ip(address), 24});
}

const core::InstanceStatus Lab::status(std::size_t host, std::uint32_t id) const {
  for (const auto& each : hosts_[host].core.snapshot(now_).instances) {
    if (each.instance.value == id) return each;
  }
  CHECK(false);
}

core::State Lab::state(std::size_t host, std::uint32_t id) const {
  return status(host, id).state;
}

bool Lab::has(std::size_t host, const char* address) const {
  return hosts_[host].addresses.contains(address);
}

std::vector<std::string> Lab::take(std::size_t host) {
  return takeOnly(host, "");
}

std::vector<std::string> Lab::takeTimed(std::size_t host) {
  std::vector<std::string> texts;
  for (const auto& line : hosts_[host].lines) {
    std::array<char, 32> at{};
    std::snprintf(at.data(), at.size(), "%.6f ",
                  static_cast<double>((line.at - Instant::ofMicros(1'000'000'000)).micros) / 1e6);
    texts.push_back(at.data() + line.text);
  }
  hosts_[host].lines.clear();
  return texts;
}

std::vector<std::string> Lab::takeOnly(std::size_t host, std::string_view prefix) {
  std::vector<std::string> texts;
  for (const auto& line : hosts_[host].lines) {
    if (line.text.starts_with(prefix)) texts.push_back(line.text);
  }
  hosts_[host].lines.clear();
  return texts;
}

Lab masterAndBackup() {
  Lab lab(2);
  lab.apply(0, Lab::instance(200));
  lab.run(Duration::ofSeconds(4));
  lab.apply(1, Lab::instance(100));
  lab.run(Duration::ofSeconds(4));
  CHECK(lab.state(0) == core::State::master);
  lab.take(0);
  return lab;
}

}  // namespace failoverd::lab
