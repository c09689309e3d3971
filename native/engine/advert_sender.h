#pragma once

#include <array>
#include <cstdint>

#include "core/outputs.h"
#include "engine/answers.h"
#include "engine/channels.h"

namespace failoverd::engine {

// Adverts of one drain, sent with as few system calls as there are sockets.
class AdvertSender {
 public:
  AdvertSender(Channels& channels, Answers& answers) : channels_(channels), answers_(answers) {}

  // The bytes stay the core's: flush() comes before its next call.
  void add(const core::SendAdvert& advert);
  void flush();

  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  Channels& channels_;
  Answers& answers_;
  os::AdvertSocket* socket_ = nullptr;
  std::size_t count_ = 0;
  std::array<os::OutgoingAdvert, os::AdvertSocket::kSendBatch> adverts_{};
  std::array<InstanceId, os::AdvertSocket::kSendBatch> instances_{};
  std::array<os::Errno, os::AdvertSocket::kSendBatch> outcomes_{};
  std::uint64_t sent_ = 0;
};

}  // namespace failoverd::engine
