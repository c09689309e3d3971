#include "launcher/trust.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string_view>

#include "linux/fd.h"

namespace failoverd::launcher {
namespace {

// As many links as the kernel follows, and as many interpreters of interpreters.
constexpr int kMostLinks = 40;
constexpr int kMostInterpreters = 4;

using Steps = std::deque<std::string>;

void prepend(std::string_view path, Steps& steps) {
  Steps parts;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    if (end > at) parts.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  steps.insert(steps.begin(), parts.begin(), parts.end());
}

bool givesRoot(const struct stat& file) {
  if (!S_ISREG(file.st_mode)) return false;
  return ((file.st_mode & S_ISUID) != 0 && file.st_uid == 0) ||
         ((file.st_mode & S_ISGID) != 0 && file.st_gid == 0);
}

// Whether others than root, or than the runner where that is not root, could change this.
bool isOpen(const struct stat& step, const Runner& runner, bool asRoot) {
  if (step.st_uid != 0 && (asRoot || step.st_uid != runner.uid)) return true;
  if (S_ISLNK(step.st_mode)) return false;  // its mode means nothing
  // In a sticky directory (/tmp) nobody can remove or rename what belongs to another user.
  if (S_ISDIR(step.st_mode) && (step.st_mode & S_ISVTX) != 0) return false;
  const bool trustedGroup = step.st_gid == 0 || (!asRoot && step.st_gid == runner.gid);
  return (step.st_mode & S_IWOTH) != 0 || ((step.st_mode & S_IWGRP) != 0 && !trustedGroup);
}

class Walk {
 public:
  enum class End { atFile, refused, notRefused };

  Walk(const std::string& path, const Runner& runner) : runner_(runner) { prepend(path, todo_); }

  End run() {
    if (const auto end = look("/")) return *end;
    while (!todo_.empty()) {
      const auto name = std::move(todo_.front());
      todo_.pop_front();
      if (name == "..") done_.erase(std::min(done_.rfind('/'), done_.size()));
      if (name == ".." || name == ".") continue;
      const auto here = done_ + "/" + name;
      if (const auto end = look(here)) return *end;
      if (!S_ISLNK(step_.st_mode)) {
        done_ = here;
      } else if (!follow(here)) {
        return End::notRefused;
      }
    }
    return End::atFile;
  }

  // The last step that was looked at.
  [[nodiscard]] const std::string& step() const { return name_; }
  [[nodiscard]] bool isFile() const { return S_ISREG(step_.st_mode); }

 private:
  std::optional<End> look(const std::string& here) {
    name_ = here;
    if (::lstat(here.c_str(), &step_) != 0) return End::notRefused;
    const bool asRoot = runner_.uid == 0 || runner_.gid == 0 || givesRoot(step_);
    if (!isOpen(step_, runner_, asRoot)) return std::nullopt;
    return asRoot ? End::refused : End::notRefused;
  }

  bool follow(const std::string& here) {
    std::array<char, PATH_MAX> target;
    const auto size = ::readlink(here.c_str(), target.data(), target.size());
    if (size <= 0 || ++links_ > kMostLinks) return false;
    if (target[0] == '/') done_.clear();
    prepend({target.data(), static_cast<std::size_t>(size)}, todo_);
    return true;
  }

  Runner runner_;
  Steps todo_;
  std::string done_;
  std::string name_;
  struct stat step_{};
  int links_ = 0;
};

// What the first line of a file names; empty: nothing.
std::string interpreterOf(const std::string& file) {
  std::array<char, 256> start{};
  const os::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const auto size = fd.valid() ? ::read(fd.get(), start.data(), start.size()) : -1;
  std::string_view line(start.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (!line.starts_with("#!")) return {};
  line.remove_prefix(std::min(line.find_first_not_of(" \t", 2), line.size()));
  return std::string(line.substr(0, line.find_first_of(" \t\r\n")));
}

}  // namespace

std::optional<std::string> unsafeStep(const std::string& program, const Runner& runner) {
  auto file = program;
  for (int depth = 0; depth < kMostInterpreters && !file.empty(); ++depth) {
    Walk walk(file, runner);
    const auto end = walk.run();
    if (end == Walk::End::refused) return walk.step();
    if (end == Walk::End::notRefused || !walk.isFile()) return std::nullopt;
    file = interpreterOf(walk.step());
  }
  return std::nullopt;
}

}  // namespace failoverd::launcher
