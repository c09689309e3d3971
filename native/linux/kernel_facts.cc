#include "linux/kernel_facts.h"

#include <algorithm>

namespace failoverd::os {

ShortName ShortName::of(std::string_view from) {
  ShortName name;
  const auto end = std::min({from.find('\0'), from.size(), name.text.size() - 1});
  std::ranges::copy(from.substr(0, end), name.text.begin());
  return name;
}

}  // namespace failoverd::os
