#include "base/ip.h"

#include <algorithm>

#include "base/check.h"

// Text to addresses and back without the C library: its parsers accept forms that this
// project refuses (010.0.0.1 is 8.0.0.1 to inet_aton), and this room imports nothing but
// memory and compiler run-time.
namespace failoverd {
namespace {

constexpr std::size_t kV6Groups = 8;
using Groups = std::array<std::uint16_t, kV6Groups>;

std::optional<std::uint8_t> hexDigit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

// Takes characters off the front of a text.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

  bool skip(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }

  // 0..255 in decimal without leading zeros.
  std::optional<std::uint8_t> decimalOctet() {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
      value = value * 10 + static_cast<unsigned>(rest_[digits] - '0');
      ++digits;
      if (digits > 3 || value > 255) return std::nullopt;
    }
    if (digits == 0 || (digits > 1 && rest_[0] == '0')) return std::nullopt;
    rest_.remove_prefix(digits);
    return static_cast<std::uint8_t>(value);
  }

  // Between `least` and `most` hexadecimal digits; a further digit is a refusal.
  std::optional<std::uint16_t> hex(std::size_t least, std::size_t most) {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < rest_.size()) {
      const auto digit = hexDigit(rest_[digits]);
      if (!digit) break;
      if (++digits > most) return std::nullopt;
      value = (value << 4) | *digit;
    }
    if (digits < least) return std::nullopt;
    rest_.remove_prefix(digits);
    return static_cast<std::uint16_t>(value);
  }

 private:
  std::string_view rest_;
};

std::optional<IpAddress> parseV4(std::string_view text) {
  TextCursor cursor(text);
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i != 0 && !cursor.skip(".")) return std::nullopt;
    const auto octet = cursor.decimalOctet();
    if (!octet) return std::nullopt;
    octets[i] = *octet;
  }
  if (!cursor.done()) return std::nullopt;
  return IpAddress::v4(octets[0], octets[1], octets[2], octets[3]);
}

// The groups of one side of "::", or of the whole address where there is none.
struct GroupRun {
  Groups groups{};
  std::size_t count = 0;

  bool push(std::uint16_t group) {
    if (count == kV6Groups) return false;
    groups[count++] = group;
    return true;
  }
};

// Reads "a:b:c", which may end in a dotted quad where `mayEndInV4`. Empty text is no group.
std::optional<GroupRun> parseGroups(std::string_view text, bool mayEndInV4) {
  GroupRun run;
  TextCursor cursor(text);
  while (!cursor.done()) {
    if (run.count != 0 && !cursor.skip(":")) return std::nullopt;
    const auto rest = cursor.rest();
    const bool last = rest.find(':') == std::string_view::npos;
    if (last && mayEndInV4 && rest.find('.') != std::string_view::npos) {
      const auto quad = parseV4(rest);
      if (!quad) return std::nullopt;
      const auto octets = quad->bytes();
      const bool fits = run.push(static_cast<std::uint16_t>((octets[0] << 8) | octets[1])) &&
                        run.push(static_cast<std::uint16_t>((octets[2] << 8) | octets[3]));
      return fits ? std::optional(run) : std::nullopt;
    }
    const auto group = cursor.hex(1, 4);
    if (!group || !run.push(*group)) return std::nullopt;
  }
  return run;
}

IpAddress fromGroups(const Groups& groups) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xff);
  }
  return *IpAddress::fromBytes(bytes);
}

// RFC 4291 §2.2.
std::optional<IpAddress> parseV6(std::string_view text) {
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto run = parseGroups(text, true);
    if (!run || run->count != kV6Groups) return std::nullopt;
    return fromGroups(run->groups);
  }
  const auto head = parseGroups(text.substr(0, gap), false);
  const auto tail = parseGroups(text.substr(gap + 2), true);
  // The gap stands for at least one group.
  if (!head || !tail || head->count + tail->count >= kV6Groups) return std::nullopt;
  Groups groups = head->groups;
  std::copy_n(tail->groups.data(), tail->count, groups.data() + (kV6Groups - tail->count));
  return fromGroups(groups);
}

// Text of bounded length on the stack.
class TextBuffer {
 public:
  void put(char c) {
    CHECK(size_ < text_.size());
    text_[size_++] = c;
  }
  void putDecimal(std::uint8_t value) {
    if (value >= 100) put(static_cast<char>('0' + value / 100));
    if (value >= 10) put(static_cast<char>('0' + value / 10 % 10));
    put(static_cast<char>('0' + value % 10));
  }
  void putHexDigit(unsigned value) { put("0123456789abcdef"[value & 0xf]); }
  // Without leading zeros.
  void putHex(std::uint16_t value) {
    if (value >= 0x1000) putHexDigit(value >> 12U);
    if (value >= 0x100) putHexDigit(value >> 8U);
    if (value >= 0x10) putHexDigit(value >> 4U);
    putHexDigit(value);
  }
  void putQuad(std::span<const std::uint8_t> octets) {
    for (std::size_t i = 0; i < 4; ++i) {
      if (i != 0) put('.');
      putDecimal(octets[i]);
    }
  }
  [[nodiscard]] std::string text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 45> text_{};
  std::size_t size_ = 0;
};

struct ZeroRun {
  std::size_t start = kV6Groups;
  std::size_t length = 0;

  [[nodiscard]] bool covers(std::size_t i) const { return i >= start && i < start + length; }
};

// RFC 5952 §4.2: the longest run of zero groups, the first of equals, and never a single one.
ZeroRun longestZeroRun(const Groups& groups) {
  ZeroRun best;
  for (std::size_t start = 0; start < kV6Groups; ++start) {
    std::size_t length = 0;
    while (start + length < kV6Groups && groups[start + length] == 0) ++length;
    if (length > best.length) best = {start, length};
  }
  return best.length >= 2 ? best : ZeroRun{};
}

void putV6(TextBuffer& text, std::span<const std::uint8_t> bytes) {
  Groups groups{};
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    groups[i] = static_cast<std::uint16_t>((bytes[2 * i] << 8) | bytes[2 * i + 1]);
  }
  const auto gap = longestZeroRun(groups);
  // RFC 5952 §5: the IPv4-mapped prefix is shown with a dotted quad.
  const bool mapped = gap.start == 0 && gap.length == 5 && groups[5] == 0xffff;
  for (std::size_t i = 0; i < kV6Groups; ++i) {
    if (i == gap.start) text.put(':');
    if (gap.covers(i)) {
      if (i == kV6Groups - 1) text.put(':');
      continue;
    }
    if (i != 0) text.put(':');
    if (mapped && i == 6) return text.putQuad(bytes.subspan(12));
    text.putHex(groups[i]);
  }
}

}  // namespace

std::optional<IpAddress> IpAddress::fromBytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress ip;
  ip.family_ = bytes.size() == 4 ? Family::ipv4 : Family::ipv6;
  std::copy(bytes.begin(), bytes.end(), ip.bytes_.begin());
  return ip;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  return text.find(':') == std::string_view::npos ? parseV4(text) : parseV6(text);
}

bool IpAddress::isUnspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::isMulticast() const {
  return isV4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::isLinkLocal() const {
  if (isV4()) return bytes_[0] == 169 && bytes_[1] == 254;
  return bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

std::string IpAddress::toString() const {
  TextBuffer text;
  if (isV4()) {
    text.putQuad(bytes());
  } else {
    putV6(text, bytes());
  }
  return text.text();
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  TextCursor cursor(text);
  MacAddress mac;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    if (i != 0 && !cursor.skip(":")) return std::nullopt;
    const auto octet = cursor.hex(2, 2);
    if (!octet) return std::nullopt;
    mac.bytes[i] = static_cast<std::uint8_t>(*octet);
  }
  if (!cursor.done()) return std::nullopt;
  return mac;
}

std::string MacAddress::toString() const {
  TextBuffer text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i != 0) text.put(':');
    text.putHexDigit(bytes[i] >> 4U);
    text.putHexDigit(bytes[i]);
  }
  return text.text();
}

}  // namespace failoverd
