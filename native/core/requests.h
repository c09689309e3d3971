#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace failoverd::core {

// What a request was for.
enum class RequestOf : std::uint8_t { address, object, filter };

// Numbers for what was asked of the kernel, so that an answer finds its address among many
// without a search. A number is not used again soon: it carries a generation.
class Requests {
 public:
  struct Target {
    InstanceId instance;
    std::uint32_t index = 0;
    RequestOf what = RequestOf::address;
    bool attached = true;  // false: nobody waits for the answer any more
  };

  // Room for this many at once without an allocation.
  void reserve(std::size_t count);
  // Never 0.
  std::uint32_t open(InstanceId instance, std::uint32_t index, RequestOf what = RequestOf::address);
  // Nothing for a number that is not open.
  std::optional<Target> close(std::uint32_t request);
  // The object has another index now, or is no longer there.
  void retarget(std::uint32_t request, std::uint32_t index);
  void detach(std::uint32_t request);

  [[nodiscard]] std::size_t openCount() const { return open_; }

 private:
  struct Entry {
    Target target;
    std::uint32_t generation = 1;
    bool open = false;
  };
  [[nodiscard]] Entry* find(std::uint32_t request);

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::size_t open_ = 0;
};

}  // namespace failoverd::core
