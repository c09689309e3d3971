#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/events.h"

// What `failoverd cleanup` asks and is told, without an engine.
namespace failoverd::engine {

struct FoundAddress {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 0;
  bool ours = false;  // carries our mark (Linux 5.18 and later)
};
struct KernelListing {
  std::vector<LinkStatus> links;
  std::vector<FoundAddress> addresses;
};

// An address to be removed wherever it is found.
struct StaleAddress {
  std::optional<IfIndex> ifIndex;  // none: on any interface
  IpAddress address;
  std::optional<std::uint8_t> prefixLength;  // none: any
};
struct FailedRemoval {
  FoundAddress address;
  std::int32_t errorNumber = 0;
};
struct CleanupReport {
  std::vector<FoundAddress> removed;
  std::vector<FailedRemoval> failed;
};
// The names of removeAddresses's argument in TypeScript.
struct CleanupRequest {
  std::vector<StaleAddress> addresses;
  Duration limit;
};

}  // namespace failoverd::engine
