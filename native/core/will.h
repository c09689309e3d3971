#pragma once

#include <cstdint>
#include <span>

#include "core/outputs.h"

namespace failoverd::core {

// Takes down what must be said and taken away when nobody is left to do it (DESIGN law 9). Called
// from within Core::tellWill() only; what an argument points to is good until the call returns.
class WillSink {
 public:
  // A goodbye of an instance that is MASTER, to one destination.
  virtual void goodbye(const SendAdvert& advert) = 0;
  // An address of ours that stands, or may stand before long, in the kernel.
  virtual void address(IfIndex ifIndex, const IpAddress& address, std::uint8_t prefixLength) = 0;
  // A route or rule of ours, likewise, as the request that removes it. Returns the copy that was
  // taken, in which the caller fills in the numbers of interfaces; empty: there was no room.
  virtual std::span<std::uint8_t> object(ByteView removal) = 0;

 protected:
  ~WillSink() = default;
};

}  // namespace failoverd::core
