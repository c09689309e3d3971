#include "engine/advert_sender.h"

#include <cerrno>
#include <span>

namespace failoverd::engine {

void AdvertSender::add(const core::SendAdvert& advert) {
  auto* socket = channels_.socketOf(advert.instance);
  if (socket == nullptr) {
    answers_.push(core::SendFailed{advert.instance, ENOTCONN});
    return;
  }
  if (socket != socket_ || count_ == adverts_.size()) flush();
  socket_ = socket;
  adverts_[count_] = {advert.source, advert.destination, advert.ttl, advert.bytes};
  instances_[count_] = advert.instance;
  ++count_;
}

void AdvertSender::flush() {
  if (count_ == 0) return;
  const auto outcomes = std::span(outcomes_).first(count_);
  const auto failed = socket_->sendBatch(std::span(adverts_).first(count_), outcomes);
  sent_ += count_ - failed;
  for (std::size_t i = 0; failed != 0 && i < count_; ++i) {
    if (outcomes[i].ok()) continue;
    answers_.push(core::SendFailed{instances_[i], outcomes[i].number});
  }
  count_ = 0;
}

}  // namespace failoverd::engine
