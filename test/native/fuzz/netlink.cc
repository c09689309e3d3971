// Datagrams of rtnetlink and of the process connector. What is read out of them lies within them,
// and a walk over them ends.
#include <cstdint>
#include <span>

#include "base/check.h"
#include "linux/netlink_reader.h"
#include "linux/process_events.h"

namespace failoverd::os {
namespace {

using Octets = std::span<const std::uint8_t>;

bool liesWithin(Octets part, Octets whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read(const NetlinkMessage& message) {
  if (const auto fact = parseFact(message)) {
    if (const auto* address = std::get_if<AddressSeen>(&*fact)) {
      CHECK(address->prefixLength <= 8 * address->address.size());
    }
    if (const auto* link = std::get_if<LinkSeen>(&*fact)) {
      CHECK(link->name.view().size() < link->name.text.size());
      CHECK(link->kind.view().size() < link->kind.text.size());
    }
  }
  (void)parseAnswer(message);
}

}  // namespace
}  // namespace failoverd::os

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failoverd::os;
  const Octets datagram(data, size);
  NetlinkReader reader(datagram);
  std::size_t messages = 0;
  while (const auto message = reader.next()) {
    CHECK(liesWithin(message->body, datagram));
    CHECK(++messages <= size);
    read(*message);
  }
  (void)parseProcessEvent(datagram);
  return 0;
}
