#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

// What the daemon asks for, as src/base/launcherFrames.ts writes it: numbers in network order, a
// text is its length u32 and its bytes.
namespace failoverd::launcher {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

// Start a program. `id` is the daemon's name for it and never used twice.
struct RunRequest {
  std::uint32_t id = 0;
  std::uint32_t timeoutMillis = 0;  // 0: it may run as long as it likes
  std::uint32_t graceMillis = 0;    // from SIGTERM to SIGKILL
  std::uint32_t mostOutput = 0;     // bytes that are kept; 0: its output goes to /dev/null
  std::optional<User> user;         // nothing: whoever we are
  std::optional<mode_t> umask;
  std::optional<std::string> input;  // nothing: /dev/null
  bool refuseUnsafe = false;         // not run where unsafeStep() finds one
  std::string directory;
  std::vector<std::string> arguments;  // at least the program
  std::vector<std::string> environment;
};

// End a program and its process group.
struct StopRequest {
  std::uint32_t id = 0;
};

using Request = std::variant<RunRequest, StopRequest>;

// One frame without its length. Nothing: it is none of these, or has something behind its end.
std::optional<Request> parseRequest(std::span<const std::uint8_t> frame);

}  // namespace failoverd::launcher
