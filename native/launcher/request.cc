#include "launcher/request.h"

#include "base/bytes.h"

namespace failoverd::launcher {
namespace {

constexpr std::uint8_t kRun = 1;
constexpr std::uint8_t kStop = 2;

constexpr std::uint8_t kHasUser = 1;
constexpr std::uint8_t kHasUmask = 2;
constexpr std::uint8_t kHasInput = 4;
constexpr std::uint8_t kRefuseUnsafe = 8;

// Remembers that something was missing, so that a frame can be read without a question at each
// field.
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> bytes) : in_(bytes) {}

  std::uint8_t u8() { return need(in_.u8()); }
  std::uint16_t u16() { return need(in_.u16()); }
  std::uint32_t u32() { return need(in_.u32()); }
  std::string text() {
    const auto bytes = need(in_.take(u32()));
    return {bytes.begin(), bytes.end()};
  }
  std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (auto left = u32(); left > 0 && good_; --left) all.push_back(text());
    return all;
  }
  [[nodiscard]] bool complete() const { return good_ && in_.remaining() == 0; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class T>
  T need(std::optional<T> value) {
    good_ = good_ && value.has_value();
    return value.value_or(T{});
  }

  ByteReader in_;
  bool good_ = true;
};

User userIn(Fields& fields) {
  User user{fields.u32(), fields.u32(), {}};
  for (auto left = fields.u16(); left > 0 && fields.good(); --left) {
    user.groups.push_back(fields.u32());
  }
  return user;
}

RunRequest runIn(Fields& fields) {
  RunRequest run;
  run.id = fields.u32();
  run.timeoutMillis = fields.u32();
  run.graceMillis = fields.u32();
  run.mostOutput = fields.u32();
  const auto flags = fields.u8();
  if ((flags & kHasUser) != 0) run.user = userIn(fields);
  if ((flags & kHasUmask) != 0) run.umask = fields.u16();
  if ((flags & kHasInput) != 0) run.input = fields.text();
  run.refuseUnsafe = (flags & kRefuseUnsafe) != 0;
  run.directory = fields.text();
  run.arguments = fields.texts();
  run.environment = fields.texts();
  return run;
}

}  // namespace

std::optional<Request> parseRequest(std::span<const std::uint8_t> frame) {
  Fields fields(frame);
  const auto kind = fields.u8();
  if (kind == kStop) {
    const StopRequest stop{fields.u32()};
    return fields.complete() ? std::optional<Request>(stop) : std::nullopt;
  }
  if (kind != kRun) return std::nullopt;
  auto run = runIn(fields);
  if (!fields.complete() || run.arguments.empty()) return std::nullopt;
  return run;
}

}  // namespace failoverd::launcher
