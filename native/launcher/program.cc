#include "launcher/program.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace failoverd::launcher {
namespace {

struct Pipe {
  os::Fd reading;
  os::Fd writing;

  static os::SysResult<Pipe> open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return os::Errno::last();
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return Pipe{os::Fd(ends[0]), os::Fd(ends[1])};
  }
};

// Text that a program finds on its standard input, whether it reads it or not: a file in memory
// needs nobody who writes while it is read.
os::SysResult<os::Fd> inputWith(const std::string& text) {
  os::Fd file(::memfd_create("stdin", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file.valid()) return os::Errno::last();
  for (std::size_t at = 0; at < text.size();) {
    const auto count = ::write(file.get(), text.data() + at, text.size() - at);
    if (count < 0) return os::Errno::last();
    at += static_cast<std::size_t>(count);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  return file;
}

std::vector<char*> pointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const auto& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// All that the child needs, made before the fork.
struct Preparation {
  const RunRequest& request;
  std::vector<char*> arguments = pointersTo(request.arguments);
  std::vector<char*> environment = pointersTo(request.environment);
  os::Fd input;
  Pipe output;
  Pipe failure;
};

bool takeUser(const User& user) {
  // Who may not change the groups may not change the user either, unless it is the same one.
  if (::setgroups(user.groups.size(), user.groups.data()) != 0 && errno != EPERM) return false;
  return ::setresgid(user.gid, user.gid, user.gid) == 0 &&
         ::setresuid(user.uid, user.uid, user.uid) == 0;
}

bool takePlace(const Preparation& preparation) {
  const auto& request = preparation.request;
  ::setsid();
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.valid()) return false;
  const auto orNothing = [&](const os::Fd& fd) { return fd.valid() ? fd.get() : nothing.get(); };
  if (::dup2(orNothing(preparation.input), STDIN_FILENO) < 0) return false;
  if (::dup2(orNothing(preparation.output.writing), STDOUT_FILENO) < 0) return false;
  if (::dup2(STDOUT_FILENO, STDERR_FILENO) < 0) return false;
  if (::chdir(request.directory.c_str()) != 0) return false;
  if (request.user && !takeUser(*request.user)) return false;
  if (request.umask) ::umask(*request.umask);
  return true;
}

[[noreturn]] void becomeProgram(Preparation& preparation) {
  if (takePlace(preparation)) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    environ = preparation.environment.data();
    ::execvp(preparation.arguments[0], preparation.arguments.data());
  }
  const int number = errno;
  (void)!::write(preparation.failure.writing.get(), &number, sizeof number);
  ::_exit(127);
}

}  // namespace

os::SysResult<Program> startProgram(const RunRequest& request) {
  Preparation preparation{.request = request, .input = {}, .output = {}, .failure = {}};
  if (request.input) {
    auto input = inputWith(*request.input);
    if (!input) return input.error();
    preparation.input = std::move(input.value());
  }
  if (request.mostOutput > 0) {
    auto output = Pipe::open();
    if (!output) return output.error();
    preparation.output = std::move(output.value());
  }
  auto failure = Pipe::open();
  if (!failure) return failure.error();
  preparation.failure = std::move(failure.value());
  const auto pid = ::fork();
  if (pid < 0) return os::Errno::last();
  if (pid == 0) becomeProgram(preparation);
  return Program{pid, std::move(preparation.output.reading),
                 std::move(preparation.failure.reading)};
}

os::Errno failureOf(const Program& program) {
  int number = 0;
  const auto count = ::read(program.failure.get(), &number, sizeof number);
  return {count == sizeof number ? number : 0};
}

bool signalGroup(pid_t leader, int signal) {
  return ::kill(-leader, signal) == 0 || errno != ESRCH;
}

}  // namespace failoverd::launcher
