#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/object_config.h"
#include "core/requests.h"
#include "core/status.h"

namespace failoverd::core {

// The owner of static objects, where an instance would be named: there is none with this number.
inline constexpr InstanceId kNoInstance{0};

struct KernelObject {
  ObjectConfig config;
  AddressState state = AddressState::absent;
  // Of the last refusal that was told; 0 = none since it last stood.
  std::int32_t errorNumber = 0;
  std::uint32_t request = 0;  // on its way; 0 = none
  // Removals by ourselves whose notification has not come yet.
  std::uint32_t ownRemovals = 0;
  // How often somebody else has removed it, and in the present minute.
  std::uint32_t restored = 0;
  std::uint32_t restoredInWindow = 0;
  Instant windowStart;
  bool restoring = false;
  // It stood, here or in the process before, and nobody has said that it went: also when a request
  // to have it once more was refused.
  bool mayStand = false;
};

// Objects that are wanted and given up together, in this order and the reverse (objects.cc).
struct ObjectSet {
  InstanceId owner = kNoInstance;
  // Which of its owner's sets it is.
  RequestOf what = RequestOf::object;
  bool wanted = false;
  // What a former run left behind has been removed, or is ours again.
  bool swept = false;
  std::vector<KernelObject> list;
};

}  // namespace failoverd::core
