#pragma once

#include <span>

#include "core/core.h"
#include "guardian/will_page.h"

namespace failoverd::engine {

// Keeps the guardian's page as the core says. Writing it is a copy into memory that is there.
class LastWill final : public core::WillSink {
 public:
  explicit LastWill(std::span<std::uint8_t> page) : writer_(page) {}

  // Returns 0, or ENOSPC when some of it had no room: the first instances are the ones that had.
  int write(Instant now, const core::Core& core);
  // When it has to be written again though nothing has happened.
  [[nodiscard]] Instant goodUntil() const { return goodUntil_; }

  void goodbye(const core::SendAdvert& advert) override;
  void address(IfIndex ifIndex, const IpAddress& address, std::uint8_t prefixLength) override;
  std::span<std::uint8_t> object(core::ByteView removal) override;

 private:
  guardian::WillWriter writer_;
  Instant goodUntil_ = Instant::never();
};

}  // namespace failoverd::engine
