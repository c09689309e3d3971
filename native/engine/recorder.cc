#include "engine/recorder.h"

#include <algorithm>

#include "core/describe_binary.h"
#include "core/describe_json.h"
#include "core/describe_messages.h"
#include "wire/advert.h"

namespace failoverd::engine {

namespace {

struct Counter {
  std::size_t bytes = 0;
  void put(const void* /*data*/, std::size_t count) { bytes += count; }
};

// A record begins with a byte that tells the two calls apart.
constexpr std::uint8_t kAdvance = 0;
constexpr std::uint8_t kHandle = 1;

bool isConfiguration(const core::Input& input) {
  return std::holds_alternative<core::ApplyInstance>(input) ||
         std::holds_alternative<core::RemoveInstance>(input) ||
         std::holds_alternative<core::ApplyGroup>(input) ||
         std::holds_alternative<core::RemoveGroup>(input) ||
         std::holds_alternative<core::ApplyTracker>(input) ||
         std::holds_alternative<core::AwaitInheritance>(input) ||
         std::holds_alternative<core::Inherit>(input) ||
         std::holds_alternative<core::RemoveTracker>(input);
}

std::string lineOf(const RecordRing::Record& record) {
  std::string line("{\"at\":");
  line.append(std::to_string(record.micros));
  if (record.bytes[0] == kHandle) {
    core::Storage storage;
    core::Input input;
    core::BinaryReader(core::ByteView(record.bytes).subspan(1), storage).read(input);
    line.append(",\"input\":").append(core::toJson(input));
  }
  return line.append("}");
}

}  // namespace

Recorder::Recorder(std::span<std::atomic<std::uint64_t>> words)
    : configuration_(words.first(words.size() / 4)), rest_(words.subspan(words.size() / 4)) {}

void Recorder::handled(Instant at, const core::Input& input) {
  if (const auto* advert = std::get_if<core::AdvertReceived>(&input)) {
    const bool secret = advert->source.isV4() && wire::carriesPassword(advert->bytes);
    if (secret && advert->bytes.size() <= blanked_.size()) {
      auto copy = *advert;
      const auto bytes = std::span(blanked_).first(advert->bytes.size());
      std::ranges::copy(advert->bytes, bytes.begin());
      wire::blankPassword(bytes);
      copy.bytes = bytes;
      write(at, copy);
      return;
    }
  }
  write(at, input);
}

void Recorder::write(Instant at, const core::Input& input) {
  Counter counter;
  core::BinaryWriter(counter).write(input);
  auto& ring = isConfiguration(input) ? configuration_ : rest_;
  if (!ring.begin(order_++, at.micros, counter.bytes + 1)) return;
  ring.put(&kHandle, 1);
  core::BinaryWriter(ring).write(input);
  ring.end();
}

void Recorder::advanced(Instant at) {
  if (!rest_.begin(order_++, at.micros, 1)) return;
  rest_.put(&kAdvance, 1);
  rest_.end();
}

std::vector<std::string> Recorder::lines() const {
  std::vector<RecordRing::Record> records;
  configuration_.copyTo(records);
  rest_.copyTo(records);
  std::ranges::sort(records, {}, &RecordRing::Record::order);
  std::vector<std::string> lines;
  lines.reserve(records.size());
  for (const auto& record : records) lines.push_back(lineOf(record));
  return lines;
}

}  // namespace failoverd::engine
