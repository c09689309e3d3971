#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace failoverd::launcher {

// Whose rights a program would get.
struct Runner {
  uid_t uid = 0;
  gid_t gid = 0;
};

// Where somebody else than root could change what a program does that would get root's rights: the
// first such step on the way to the program, or to the interpreter in its first line. Nothing:
// there is none, or it cannot be found out, and then execve(2) cannot do it either.
//
// The way is walked from / downwards, link by link. Once a directory is known to be root's alone
// nobody else can exchange what is in it, so what has been looked at stays as it is until execve(2)
// walks the same way. The rules are those of src/base/scriptSecurity.ts, which has the words for
// them and is asked when a file is checked; test/base/launcherTrust.test.ts compares the two.
std::optional<std::string> unsafeStep(const std::string& program, const Runner& runner);

}  // namespace failoverd::launcher
