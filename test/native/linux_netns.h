#pragma once

#include <string>

#include "base/ids.h"
#include "linux/enter_namespace.h"
#include "testing.h"

// Network namespaces made by the test itself, with real links between them. One thread moves
// from one to the other; a socket stays where it was opened.
namespace failoverd::test {

// Empty when namespaces can be made, else why not. Without root the process moves into a user
// namespace of its own, once and for good.
const std::string& whyNoNamespaces();

// A fresh network namespace whose loopback is up. It goes when the last socket in it does.
class NetNs {
 public:
  NetNs();

  // Runs `what` with the thread inside.
  template <class What>
  auto in(What what) const {
    const Stay stay(*this);
    return what();
  }
  // Runs a command inside and requires that it succeeds.
  void run(const std::string& command) const;
  // The same, and returns what it wrote.
  [[nodiscard]] std::string output(const std::string& command) const;
  [[nodiscard]] IfIndex indexOf(const char* interfaceName) const;
  // A path under which ip(8) finds the namespace.
  [[nodiscard]] std::string path() const;

 private:
  // Moves in, and back out at its end.
  class Stay {
   public:
    explicit Stay(const NetNs& there);
    ~Stay();
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

   private:
    os::Fd home_;
  };

  os::Fd fd_;
};

// Two namespaces with a cable between them: interface "left" in one, "right" in the other, both
// up, with 192.0.2.1/24 and 2001:db8::1/64, and .2 and ::2.
struct Cable {
  NetNs a;
  NetNs b;
  IfIndex left;
  IfIndex right;

  Cable();
};

}  // namespace failoverd::test

// Ends the test case with the reason where there can be no namespaces.
#define NEEDS_NAMESPACES()                                              \
  if (!failoverd::test::whyNoNamespaces().empty()) {                    \
    DOCTEST_MESSAGE("skipped: " << failoverd::test::whyNoNamespaces()); \
    return;                                                             \
  }                                                                     \
  static_assert(true)
