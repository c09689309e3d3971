#pragma once

#include <optional>

// How readily the kernel ends this process when memory runs out: oom_score_adj (proc(5)), from
// -1000 (never) to 1000 (first).
namespace failoverd::os {

inline constexpr int kLeastOomScore = -1000;

// The least score that is permitted, between the least that there is and the one it has now. What
// is permitted has no gaps: each that is greater is permitted as well. `take(score)` tries one,
// which then holds; false: refused.
template <class Take>
int takeLeast(int now, Take take) {
  if (take(kLeastOomScore)) return kLeastOomScore;
  int refused = kLeastOomScore;
  int least = now;
  while (least - refused > 1) {
    const int middle = refused + (least - refused) / 2;
    (take(middle) ? least : refused) = middle;
  }
  return least;
}

// Makes this process the last one for the out-of-memory killer, as far as the kernel permits:
// below what a privileged process has set for it only CAP_SYS_RESOURCE leads. Returns the score
// that it then has; nothing: there is no /proc.
std::optional<int> hideFromOutOfMemory();

}  // namespace failoverd::os
