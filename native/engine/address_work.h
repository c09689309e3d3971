#pragma once

#include <cstdint>

#include "core/outputs.h"
#include "engine/answers.h"
#include "linux/address_requests.h"

namespace failoverd::engine {

// Addresses, routes and rules on their way to the kernel, a slice at a time and in one order.
class AddressWork {
 public:
  AddressWork(os::AddressRequests requests, Answers& answers)
      : requests_(std::move(requests)), answers_(answers) {}

  void add(const core::AddAddress& wanted);
  void remove(const core::RemoveAddress& wanted);
  void request(const core::RequestObject& wanted);

  [[nodiscard]] bool waiting() const { return requests_.queued() != 0; }
  [[nodiscard]] bool unanswered() const { return requests_.outstanding() != 0; }
  // Hands over one slice and takes the answers that are there. Returns 0 or an errno.
  int slice();
  int takeAnswers();

  [[nodiscard]] int fd() const { return requests_.fd(); }
  [[nodiscard]] std::uint64_t asked() const { return asked_; }

 private:
  os::AddressRequests requests_;
  Answers& answers_;
  std::uint64_t asked_ = 0;
};

}  // namespace failoverd::engine
