#pragma once

#include <utility>
#include <variant>

#include "base/check.h"

namespace failoverd {

// A value or a named error. Both sides are types of their own, never a bare int.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] const T& value() const {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T& value() {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const E& error() const {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

struct Done {};

}  // namespace failoverd
