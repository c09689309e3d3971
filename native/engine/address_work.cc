#include "engine/address_work.h"

namespace failoverd::engine {

void AddressWork::add(const core::AddAddress& wanted) {
  const auto& config = *wanted.address;
  requests_.add(wanted.request, {wanted.ifIndex, config.address, config.prefixLength, config.scope,
                                 config.label.view(), config.broadcast, config.peer, config.flags,
                                 config.preferredLifetime});
  ++asked_;
}

void AddressWork::remove(const core::RemoveAddress& wanted) {
  requests_.remove(wanted.request, wanted.ifIndex, wanted.address, wanted.prefixLength);
  ++asked_;
}

void AddressWork::request(const core::RequestObject& wanted) {
  requests_.append(wanted.request, wanted.bytes);
  ++asked_;
}

int AddressWork::slice() {
  const auto sent = requests_.sendSlice();
  const auto taken = takeAnswers();
  return sent ? taken : sent.error().number;
}

int AddressWork::takeAnswers() {
  for (;;) {
    const auto answer = requests_.next();
    if (!answer) return answer.error().number;
    if (!answer.value()) return 0;
    answers_.push(core::AddressResult{answer.value()->request, answer.value()->errorNumber});
  }
}

}  // namespace failoverd::engine
