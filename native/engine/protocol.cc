#include "engine/protocol.h"

#include <type_traits>
#include <variant>

#include "linux/openssl_digests.h"

namespace failoverd::engine {

namespace {

// Inputs that may change what a goodbye says or where it goes, without an output that tells.
template <class T>
constexpr bool changesGoodbyes =
    std::is_same_v<T, core::LinkChanged> || std::is_same_v<T, core::LinkRemoved> ||
    std::is_same_v<T, core::LocalAddressAppeared> || std::is_same_v<T, core::LocalAddressRemoved> ||
    std::is_same_v<T, core::ClockSet> || std::is_same_v<T, core::Inherit>;

template <class T>
constexpr bool isEvent = std::is_constructible_v<EngineEvent, const T&>;

}  // namespace

Protocol::Protocol(const core::CoreOptions& options, const Hands& hands)
    : core_(options, os::opensslDigests()), hands_(hands) {}

void Protocol::input(Instant at, const core::Input& input) {
  handle(at, input);
  settle(at);
}

void Protocol::advance(Instant now) {
  do {
    hands_.recorder.advanced(now);
    core_.advance(now);
    drain(now);
  } while (nextDeadline() <= now);
  settle(now);
}

void Protocol::settle(Instant now) {
  while (!hands_.answers.empty()) {
    const auto answer = hands_.answers.front(1)[0];
    hands_.answers.pop(1);
    std::visit([&](const auto& fact) { handle(now, fact); }, answer);
  }
}

void Protocol::handle(Instant at, const core::Input& input) {
  hands_.recorder.handled(at, input);
  core_.handle(at, input);
  drain(at);
  const auto one = [&]<class T>([[maybe_unused]] const T& what) {
    if constexpr (changesGoodbyes<T>) fallBehind(Behind::missing);
    // Who becomes MASTER or ceases to be it says so with an output.
    if constexpr (std::is_same_v<T, core::ApplyInstance>) {
      if (core_.isMaster(what.config.id)) fallBehind(Behind::missing);
    }
    if constexpr (std::is_same_v<T, core::AddressResult>) fallBehind(Behind::tooMuch);
  };
  std::visit(one, input);
}

int Protocol::keepWill(Instant now, bool busy) {
  if (willDeadline() <= now) fallBehind(Behind::missing);
  if (behind_ == Behind::no || (busy && behind_ == Behind::tooMuch)) return 0;
  behind_ = Behind::no;
  return hands_.will.write(now, core_);
}

void Protocol::drain(Instant at) {
  while (const auto output = core_.drain()) carryOut(at, *output);
  hands_.adverts.flush();
}

void Protocol::carryOut(Instant at, const core::Output& output) {
  const auto one = [&]<class T>(const T& what) {
    if constexpr (std::is_same_v<T, core::SendAdvert>) {
      hands_.adverts.add(what);
    } else if constexpr (std::is_same_v<T, core::Listen>) {
      // A goodbye must leave by the socket that is about to be given up.
      hands_.adverts.flush();
      hands_.answers.push(core::ListenResult{what.instance, hands_.channels.listen(what)});
    } else if constexpr (std::is_same_v<T, core::Unlisten>) {
      hands_.adverts.flush();
      hands_.channels.unlisten(what.instance);
    } else if constexpr (std::is_same_v<T, core::AddAddress>) {
      hands_.addresses.add(what);
      fallBehind(Behind::missing);
    } else if constexpr (std::is_same_v<T, core::RemoveAddress>) {
      hands_.addresses.remove(what);
    } else if constexpr (std::is_same_v<T, core::RequestObject>) {
      hands_.objects.begin();
      hands_.addresses.request(what);
      if (what.add) fallBehind(Behind::missing);
    } else if constexpr (std::is_same_v<T, core::Announce>) {
      hands_.announcements.add(what);
    } else {
      static_assert(isEvent<T>, "an output is neither an action nor an event");
      if constexpr (std::is_same_v<T, core::StateChanged>) fallBehind(Behind::missing);
      if constexpr (std::is_same_v<T, core::Stopped>) {
        stopped_ = true;
        fallBehind(Behind::missing);  // an empty page: who has it all does not want it taken away
      }
      hands_.events.push(at, what);
    }
  };
  std::visit(one, output);
}

}  // namespace failoverd::engine
