#include "launcher/program.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include "launcher/trust.h"

namespace failoverd::launcher {
namespace {

struct Pipe {
  os::Fd reading;
  os::Fd writing;

  static os::SysResult<Pipe> open(int flags) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | flags) != 0) return os::Errno::last();
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
  std::string refusedStep;  // filled by the child
};

bool takeUser(const User& user) {
  // Who may not change the groups may not change the user either, unless it is the same one.
  if (::setgroups(user.groups.size(), user.groups.data()) != 0 && errno != EPERM) return false;
  return ::setresgid(user.gid, user.gid, user.gid) == 0 &&
         ::setresuid(user.uid, user.uid, user.uid) == 0;
}

// While it may still look everywhere, and with nothing but its own time to lose.
bool mayRun(Preparation& preparation) {
  const auto& user = preparation.request.user;
  const auto runner = user ? Runner{user->uid, user->gid} : Runner{::geteuid(), ::getegid()};
  const auto step = unsafeStep(preparation.request.arguments[0], runner);
  if (!step) return true;
  preparation.refusedStep = *step;
  errno = EACCES;
  return false;
}

bool takePlace(Preparation& preparation) {
  const auto& request = preparation.request;
  ::setsid();
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing.valid()) return false;
  const auto orNothing = [&](const os::Fd& fd) { return fd.valid() ? fd.get() : nothing.get(); };
  if (::dup2(orNothing(preparation.input), STDIN_FILENO) < 0) return false;
  if (::dup2(orNothing(preparation.output.writing), STDOUT_FILENO) < 0) return false;
  if (::dup2(STDOUT_FILENO, STDERR_FILENO) < 0) return false;
  if (::chdir(request.directory.c_str()) != 0) return false;
  if (request.refuseUnsafe && !mayRun(preparation)) return false;
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
  int number = errno;
  auto& step = preparation.refusedStep;
  const std::array<iovec, 2> parts{{{&number, sizeof number}, {step.data(), step.size()}}};
  // Less than PIPE_BUF, and so in one piece.
  (void)!::writev(preparation.failure.writing.get(), parts.data(), parts.size());
  ::_exit(127);
}

}  // namespace

os::SysResult<Program> startProgram(const RunRequest& request) {
  Preparation preparation{
      .request = request, .input = {}, .output = {}, .failure = {}, .refusedStep = {}};
  if (request.input) {
    auto input = inputWith(*request.input);
    if (!input) return input.error();
    preparation.input = std::move(input.value());
  }
  if (request.mostOutput > 0) {
    auto output = Pipe::open(0);
    if (!output) return output.error();
    // For us alone: a program does not expect that its output is full.
    ::fcntl(output.value().reading.get(), F_SETFL, O_NONBLOCK);
    preparation.output = std::move(output.value());
  }
  auto failure = Pipe::open(O_NONBLOCK);
  if (!failure) return failure.error();
  preparation.failure = std::move(failure.value());
  const auto pid = ::fork();
  if (pid < 0) return os::Errno::last();
  if (pid == 0) becomeProgram(preparation);
  return Program{pid, std::move(preparation.output.reading),
                 std::move(preparation.failure.reading)};
}

Failure failureOf(const Program& program) {
  int number = 0;
  std::array<char, PIPE_BUF> step;
  const std::array<iovec, 2> parts{{{&number, sizeof number}, {step.data(), step.size()}}};
  const auto count = ::readv(program.failure.get(), parts.data(), parts.size());
  if (count < static_cast<ssize_t>(sizeof number)) return {};
  return {{number}, {step.data(), static_cast<std::size_t>(count) - sizeof number}};
}

bool signalGroup(pid_t leader, int signal) {
  return ::kill(-leader, signal) == 0 || errno != ESRCH;
}

}  // namespace failoverd::launcher
