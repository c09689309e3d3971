#include "core/objects.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "base/check.h"
#include "core/health.h"

namespace failoverd::core::objects {
namespace {

constexpr auto kRetryRefused = Duration::ofSeconds(5);
constexpr auto kRestoreWindow = Duration::ofSeconds(60);

std::uint32_t indexOf(const ObjectSet& set, const KernelObject& object) {
  return static_cast<std::uint32_t>(&object - set.list.data());
}

void armRetry(CoreState& core, const ObjectSet& set) {
  if (set.owner == kNoInstance) {
    if (!core.deadlines.armed(core.staticsSlot)) {
      core.deadlines.arm(core.staticsSlot, core.now + kRetryRefused);
    }
    return;
  }
  auto* router = core.find(set.owner);
  if (router != nullptr && !core.armed(*router, Purpose::retry)) {
    core.arm(*router, Purpose::retry, kRetryRefused);
  }
}

bool located(const CoreState& core, const ObjectConfig& config) {
  return std::all_of(config.devices.begin(), config.devices.end(), [&](const auto& device) {
    return core.links.byName(device.interfaceName) != nullptr;
  });
}

// The numbers that its interfaces have now, in a request about it.
void fill(const CoreState& core, const ObjectConfig& config, std::span<std::uint8_t> bytes,
          std::uint32_t ObjectDevice::* offset) {
  for (const auto& device : config.devices) {
    const auto at = device.*offset;
    if (at == 0) continue;
    const std::uint32_t number = core.links.byName(device.interfaceName)->facts.ifIndex.value;
    CHECK(at + sizeof number <= bytes.size());
    std::memcpy(bytes.data() + at, &number, sizeof number);
  }
}

std::uint32_t send(CoreState& core, const ObjectSet& set, std::uint32_t index,
                   const ObjectConfig& config, bool add) {
  const auto request = core.requests.open(set.owner, index, set.what);
  const auto bytes = core.outbox.copy(add ? config.add : config.remove);
  fill(core, config, bytes, add ? &ObjectDevice::addOffset : &ObjectDevice::removeOffset);
  core.outbox.push(RequestObject{request, set.owner, config.key, add, bytes});
  return request;
}

void ask(CoreState& core, ObjectSet& set, KernelObject& object, bool add) {
  core.requests.detach(object.request);
  object.request = send(core, set, indexOf(set, object), object.config, add);
}

// Instances may wait for it, or not be able to go on without it.
void tellUsers(CoreState& core, const ObjectSet& set) {
  if (set.owner == kNoInstance && !core.staticUses.empty()) health::reassessAll(core);
}

void request(CoreState& core, ObjectSet& set, KernelObject& object) {
  if (!located(core, object.config)) {
    const auto before = std::exchange(object.state, AddressState::absent);
    object.mayStand = false;
    if (before != AddressState::absent) tellUsers(core, set);
    return;  // asked for when the interface is there
  }
  object.state = AddressState::requested;
  ask(core, set, object, true);
}

void remove(CoreState& core, ObjectSet& set, KernelObject& object) {
  object.restoring = false;
  if (!located(core, object.config)) {
    object.state = AddressState::absent;  // it went with its interface
    object.mayStand = false;
    return;
  }
  object.state = AddressState::removing;
  ++object.ownRemovals;
  ask(core, set, object, false);
}

bool installed(const KernelObject& object) {
  return object.state == AddressState::requested || object.state == AddressState::confirmed;
}

// Who gives it up has to ask for its removal.
bool standsPerhaps(const KernelObject& object) {
  return installed(object) || object.mayStand;
}

void confirm(CoreState& core, const ObjectSet& set, KernelObject& object) {
  const bool stood = std::exchange(object.restoring, false);
  object.state = AddressState::confirmed;
  object.mayStand = true;
  object.errorNumber = 0;
  if (stood) {
    core.outbox.push(ObjectRestored{set.owner, object.config.key, object.restored});
  } else {
    tellUsers(core, set);
  }
}

// An instance stays MASTER without its route: the addresses are what its clients need first.
void refuse(CoreState& core, const ObjectSet& set, KernelObject& object, std::int32_t errorNumber) {
  object.state = AddressState::failed;
  object.restoring = false;
  if (std::exchange(object.errorNumber, errorNumber) != errorNumber) {
    core.outbox.push(ObjectFailed{set.owner, object.config.key, errorNumber});
  }
  armRetry(core, set);
  tellUsers(core, set);
}

// Somebody else took it away: it is put back at once, but not for ever.
void restore(CoreState& core, ObjectSet& set, KernelObject& object) {
  if (core.now - object.windowStart >= kRestoreWindow || object.restoredInWindow == 0) {
    object.windowStart = core.now;
    object.restoredInWindow = 0;
  }
  if (object.restoredInWindow >= core.options.restoresPerMinute) {
    refuse(core, set, object, EBUSY);
    return;
  }
  ++object.restoredInWindow;
  ++object.restored;
  object.restoring = true;
  request(core, set, object);
}

void lost(CoreState& core, ObjectSet& set, KernelObject& object) {
  const bool ours = object.ownRemovals > 0;
  if (ours) --object.ownRemovals;
  object.mayStand = false;
  if (!set.wanted || object.state != AddressState::confirmed || !object.config.track) return;
  // The answer to a removal that was overtaken by a new request is not waited for: what is taken
  // for ours may be somebody else's doing. Asking once more harms nothing.
  if (ours) {
    request(core, set, object);
  } else {
    restore(core, set, object);
  }
}

template <class Visit>
void forSets(CoreState& core, Visit visit) {
  visit(core.statics);
  for (const auto& router : core.routers) {
    visit(router->objects);
    visit(router->filters);
  }
}

ObjectSet& setOf(CoreState& core, const Requests::Target& target) {
  if (target.instance == kNoInstance) return core.statics;
  auto* router = core.find(target.instance);
  return target.what == RequestOf::filter ? router->filters : router->objects;
}

// The kernel tells of a filter by the number that its interface has now.
bool isMeant(const CoreState& core, const ObjectConfig& config, const ObjectKey& gone) {
  if (gone.kind != ObjectKind::filter || config.key.kind != gone.kind) return config.key == gone;
  if (gone.priority != 0 && gone.priority != config.key.priority) return false;
  return std::any_of(config.devices.begin(), config.devices.end(), [&](const auto& device) {
    const auto* link = core.links.byName(device.interfaceName);
    return link != nullptr && link->facts.ifIndex.value == gone.table;
  });
}

}  // namespace

void inherit(CoreState& core, ObjectSet& set) {
  for (auto& object : set.list) object.mayStand = true;
  want(core, set);
}

void want(CoreState& core, ObjectSet& set) {
  set.wanted = true;
  set.swept = true;
  for (auto& object : set.list) {
    if (!installed(object)) request(core, set, object);
  }
}

void release(CoreState& core, ObjectSet& set) {
  set.wanted = false;
  for (auto object = set.list.rbegin(); object != set.list.rend(); ++object) {
    if (object->state == AddressState::removing) continue;
    if (standsPerhaps(*object)) {
      remove(core, set, *object);
    } else {
      object->state = AddressState::absent;
    }
  }
}

void removeLeftovers(CoreState& core, ObjectSet& set) {
  if (std::exchange(set.swept, true) || set.wanted) return;
  for (auto object = set.list.rbegin(); object != set.list.rend(); ++object) {
    if (object->state == AddressState::absent) remove(core, set, *object);
  }
}

void replace(CoreState& core, ObjectSet& set, const std::vector<ObjectConfig>& wanted) {
  auto old = std::exchange(set.list, {});
  for (const auto& config : wanted) {
    const auto same = std::find_if(old.begin(), old.end(),
                                   [&](const auto& each) { return each.config == config; });
    KernelObject object;
    if (same != old.end()) {
      object = std::move(*same);
      old.erase(same);
    } else {
      object.config = config;
    }
    core.requests.retarget(object.request, static_cast<std::uint32_t>(set.list.size()));
    set.list.push_back(std::move(object));
  }
  for (auto object = old.rbegin(); object != old.rend(); ++object) {
    core.requests.detach(object->request);
    if (!standsPerhaps(*object) || !located(core, object->config)) continue;
    core.requests.detach(send(core, set, 0, object->config, false));
  }
  if (set.wanted) want(core, set);
}

void assertAll(CoreState& core, ObjectSet& set) {
  if (!set.wanted) return;
  for (auto& object : set.list) {
    if (object.config.track || object.state == AddressState::absent) request(core, set, object);
  }
}

void assertEverywhere(CoreState& core) {
  forSets(core, [&](ObjectSet& set) { assertAll(core, set); });
}

void retry(CoreState& core, ObjectSet& set) {
  if (!set.wanted) return;
  for (auto& object : set.list) {
    if (object.state == AddressState::failed) request(core, set, object);
  }
}

void onResult(CoreState& core, const Requests::Target& target, std::int32_t errorNumber) {
  auto& set = setOf(core, target);
  CHECK(target.index < set.list.size());
  auto& object = set.list[target.index];
  object.request = 0;
  if (object.state == AddressState::removing) {
    object.state = AddressState::absent;
    object.mayStand = false;
    // It was gone already, so nothing will be notified.
    if (errorNumber != 0 && object.ownRemovals > 0) --object.ownRemovals;
  } else if (errorNumber == 0 || errorNumber == EEXIST) {
    confirm(core, set, object);
  } else if (errorNumber == ENODEV && object.config.key.kind == ObjectKind::filter) {
    object.state = AddressState::absent;  // with its interface; asked for when there is another
    object.mayStand = false;
  } else {
    refuse(core, set, object, errorNumber);
  }
}

std::optional<bool> stands(const CoreState& core, const KernelObject& object) {
  if (!core.statics.wanted) return std::nullopt;
  if (!located(core, object.config)) return false;
  switch (object.state) {
    case AddressState::confirmed:
      return true;
    case AddressState::requested:
      // What is being put back counts as there: nothing is gained by leaving meanwhile.
      return object.restoring ? std::optional(true) : std::nullopt;
    case AddressState::absent:
    case AddressState::failed:
    case AddressState::removing:
      return false;
  }
  UNREACHABLE();
}

void onRemoved(CoreState& core, const ObjectKey& key) {
  forSets(core, [&](ObjectSet& set) {
    for (auto& object : set.list) {
      if (isMeant(core, object.config, key)) lost(core, set, object);
    }
  });
}

void tellWill(const CoreState& core, const ObjectSet& set, WillSink& sink) {
  for (auto object = set.list.rbegin(); object != set.list.rend(); ++object) {
    const bool standing = standsPerhaps(*object) || object->state == AddressState::removing;
    if (!standing || !located(core, object->config)) continue;
    const auto copy = sink.object(object->config.remove);
    if (!copy.empty()) fill(core, object->config, copy, &ObjectDevice::removeOffset);
  }
}

}  // namespace failoverd::core::objects
