#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/inputs.h"
#include "engine/record_ring.h"
#include "wire/advert.h"

// The flight recorder: everything that the core was told, with its instant, always on.
// Configuration has a ring of its own, so that a storm of packets does not push out what explains
// them. Passwords and keys are left out of both.
namespace failoverd::engine {

class Recorder {
 public:
  // `words` is memory of the caller's that outlives the recorder.
  explicit Recorder(std::span<std::atomic<std::uint64_t>> words);

  // Engine thread.
  void handled(Instant at, const core::Input& input);
  void advanced(Instant at);

  // Any thread. One JSON line for each call of the core in the order of the calls, oldest first:
  //   {"at":micros,"input":{...}}   handle(at, input)
  //   {"at":micros}                 advance(at)
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  void write(Instant at, const core::Input& input);

  // An advert without its password. What was refused for it is accepted by a replay.
  std::array<std::uint8_t, wire::kMaxAdvertSize> blanked_{};
  RecordRing configuration_;
  RecordRing rest_;
  std::uint64_t order_ = 0;
};

}  // namespace failoverd::engine
