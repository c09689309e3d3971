#include "linux/out_of_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

#include "linux/fd.h"

namespace failoverd::os {
namespace {

constexpr const char* kFile = "/proc/self/oom_score_adj";

std::optional<int> present(int fd) {
  std::array<char, 16> text{};
  const auto size = ::pread(fd, text.data(), text.size(), 0);
  if (size <= 0) return std::nullopt;
  int score = 0;
  const auto read = std::from_chars(text.data(), text.data() + size, score);
  return read.ec == std::errc() ? std::optional(score) : std::nullopt;
}

bool write(int fd, int score) {
  std::array<char, 16> text{};
  const auto* end = std::to_chars(text.data(), text.data() + text.size(), score).ptr;
  const std::string_view said(text.data(), end);
  return ::pwrite(fd, said.data(), said.size(), 0) == static_cast<ssize_t>(said.size());
}

}  // namespace

std::optional<int> hideFromOutOfMemory() {
  const Fd file(::open(kFile, O_RDWR | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  const auto now = present(file.get());
  if (!now) return std::nullopt;
  return takeLeast(*now, [&](int score) { return write(file.get(), score); });
}

}  // namespace failoverd::os
