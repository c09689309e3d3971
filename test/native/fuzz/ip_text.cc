// The text of an address: we accept what inet_pton(3) accepts and mean the same, and what we
// print means what was read.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/ip.h"

namespace failoverd {
namespace {

std::optional<IpAddress> fromLibc(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  const std::span<const std::uint8_t> all(bytes);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return IpAddress::fromBytes(all.first(4));
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return IpAddress::fromBytes(all);
  return std::nullopt;
}

}  // namespace
}  // namespace failoverd

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace failoverd;
  const std::string text(data, data + size);
  if (text.find('\0') != std::string::npos) return 0;
  const auto ours = IpAddress::parse(text);
  CHECK(ours == fromLibc(text));
  if (ours) CHECK(fromLibc(ours->toString()) == ours);
  if (const auto mac = MacAddress::parse(text)) CHECK(MacAddress::parse(mac->toString()) == mac);
  if (const auto raw = IpAddress::fromBytes({data, size})) {
    CHECK(IpAddress::parse(raw->toString()) == raw);
  }
  return 0;
}
