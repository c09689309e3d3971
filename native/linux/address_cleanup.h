#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "base/time.h"
#include "linux/address_requests.h"
#include "linux/kernel_facts.h"
#include "linux/sys_error.h"

// Listing and removing addresses without an engine: `failoverd cleanup`, and what a killed
// daemon left behind. Blocks, but never longer than it is told.
namespace failoverd::os {

// Links and addresses as they are at this moment. ETIMEDOUT when that takes longer than `limit`.
struct KernelList {
  std::vector<LinkSeen> links;
  std::vector<AddressSeen> addresses;
};
SysResult<KernelList> listKernel(Duration limit);

struct StaleAddress {
  IfIndex ifIndex;  // kNoInterface: wherever it is
  IpAddress address;
  std::optional<std::uint8_t> prefixLength;  // empty: any
};

struct CleanupReport {
  std::vector<AddressSeen> removed;
  struct Failure {
    AddressSeen address;
    int errorNumber = 0;
  };
  std::vector<Failure> failed;
};
// Hands over what is queued, under the numbers from 0 to `count`, and returns the answers by
// number: an errno, or 0 for done. ETIMEDOUT: none came before the deadline.
SysResult<std::vector<int>> carryOut(AddressRequests& requests, std::size_t count,
                                     Instant deadline);

// Removes these, which need not exist, without looking first.
SysResult<CleanupReport> removeThese(AddressRequests& requests,
                                     std::span<const AddressSeen> addresses, Duration limit);

// Removes those of the given addresses that exist. One that is gone already is no failure.
SysResult<CleanupReport> removeAddresses(std::span<const StaleAddress> addresses, Duration limit);

}  // namespace failoverd::os
