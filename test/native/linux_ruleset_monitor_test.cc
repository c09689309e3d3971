// Changes of nftables in a real namespace: who, once for each transaction, and never too many.
#include <cstdlib>
#include <string>

#include "linux/ruleset_monitor.h"
#include "linux_netns.h"
#include "testing.h"

namespace failoverd::os {
namespace {

#define NEEDS_NFT()                                      \
  NEEDS_NAMESPACES();                                    \
  if (std::system("nft -v >/dev/null 2>&1") != 0) {      \
    DOCTEST_MESSAGE("not run: nft(8) is not installed"); \
    return;                                              \
  }                                                      \
  static_assert(true)

RulesetMonitor openIn(const test::NetNs& ns) {
  auto monitor = ns.in([] { return RulesetMonitor::open(); });
  REQUIRE(monitor.ok());
  return std::move(monitor.value());
}

int changesIn(RulesetMonitor& monitor) {
  for (int count = 0;; ++count) {
    const auto change = monitor.next();
    REQUIRE(change.ok());
    if (!change.value()) return count;
  }
}

TEST_CASE("a change of the ruleset is heard, with the program that made it") {
  NEEDS_NFT();
  const test::NetNs ns;
  auto monitor = openIn(ns);
  EXPECT(changesIn(monitor) == 0);
  ns.run("nft add table ip other");
  const auto change = monitor.next();
  REQUIRE(change.ok());
  REQUIRE(change.value().has_value());
  EXPECT(change.value()->program.view() == std::string_view("nft"));
  EXPECT(changesIn(monitor) == 0);
}

TEST_CASE("thousands of elements in one transaction are one change") {
  NEEDS_NFT();
  const test::NetNs ns;
  auto monitor = openIn(ns);
  ns.run(
      "(printf 'table ip other {\\nset s {\\ntype ipv4_addr\\nelements = {';"
      " for i in $(seq 0 3999); do echo \"10.0.$((i / 250)).$((i % 250)),\"; done;"
      " printf '10.1.0.0 }\\n}\\n}\\n') | nft -f -");
  EXPECT(changesIn(monitor) == 1);
}

TEST_CASE("changes that nobody reads cost no memory, no error and not the next one") {
  NEEDS_NFT();
  const test::NetNs ns;
  auto monitor = openIn(ns);
  ns.run("for i in $(seq 60); do nft add table ip t$i || exit 1; done");
  const int kept = changesIn(monitor);
  EXPECT(kept >= 1);
  EXPECT(kept < 60);
  ns.run("nft delete table ip t1");
  EXPECT(changesIn(monitor) == 1);
}

}  // namespace
}  // namespace failoverd::os
