#include "guardian/will_page.h"

#include <atomic>

#include "base/bytes.h"
#include "base/check.h"

namespace failoverd::guardian {
namespace {

constexpr std::uint32_t kMagic = 0x66647732;  // "fdw2"
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kFinishedAt = 4;
constexpr std::size_t kLengthSize = 4;

// A record: kind u8, its size u16, then what the kind says.
constexpr std::uint8_t kGoodbye = 1;
constexpr std::uint8_t kPossession = 2;
constexpr std::uint8_t kRemoval = 3;
constexpr std::size_t kRecordHeader = 3;
constexpr std::size_t kMaxRecord = 0xffff;
constexpr std::size_t kAddressSize = 17;  // family and sixteen octets
constexpr std::size_t kGoodbyeSize = 4 + 3 + 2 * kAddressSize;
constexpr std::size_t kPossessionSize = 4 + 1 + kAddressSize;

std::size_t copySize(std::size_t pageSize) {
  return (pageSize - kHeaderSize) / 2;
}

// Where a copy is, from how many were finished.
template <class Span>
Span copyOf(Span page, std::uint32_t finished) {
  const auto size = copySize(page.size());
  return page.subspan(kHeaderSize + (finished % 2) * size, size);
}

void put(ByteWriter& out, const IpAddress& address) {
  out.u8(address.isV4() ? 4 : 6);
  out.bytes(address.bytes());
  out.zeros(16 - address.size());
}

std::optional<IpAddress> takeAddress(ByteReader& in) {
  const auto version = in.u8();
  const auto octets = in.take(16);
  if (!version || !octets || (*version != 4 && *version != 6)) return std::nullopt;
  return IpAddress::fromBytes(octets->first(*version == 4 ? 4 : 16));
}

std::optional<Goodbye> readGoodbye(std::span<const std::uint8_t> record) {
  ByteReader in(record);
  const auto ifIndex = in.u32();
  const auto ttl = in.u8();
  const auto protocol = in.u8();
  const auto withIpHeader = in.u8();
  const auto source = takeAddress(in);
  const auto destination = takeAddress(in);
  if (!ifIndex || !ttl || !protocol || !withIpHeader || !source || !destination) {
    return std::nullopt;
  }
  return Goodbye{IfIndex(*ifIndex),
                 *source,
                 *destination,
                 *ttl,
                 *protocol,
                 *withIpHeader != 0,
                 record.subspan(in.position())};
}

std::optional<Possession> readPossession(std::span<const std::uint8_t> record) {
  ByteReader in(record);
  const auto ifIndex = in.u32();
  const auto prefixLength = in.u8();
  const auto address = takeAddress(in);
  if (!ifIndex || !prefixLength || !address) return std::nullopt;
  return Possession{IfIndex(*ifIndex), *address, *prefixLength};
}

std::optional<Removal> readRemoval(std::span<const std::uint8_t> record) {
  ByteReader in(record);
  const auto protocol = in.u8();
  if (!protocol) return std::nullopt;
  return Removal{*protocol, record.subspan(in.position())};
}

// The record at `at`, when it is of this kind and whole; moves on behind it. False: the end.
bool takeRecord(std::span<const std::uint8_t> records, std::size_t& at, std::uint8_t wanted,
                std::span<const std::uint8_t>& record) {
  for (;;) {
    ByteReader in(records.subspan(at));
    const auto kind = in.u8();
    const auto size = in.u16();
    if (!kind || !size) return false;
    const auto body = in.take(*size);
    if (!body) return false;
    at += in.position();
    if (*kind != wanted) continue;
    record = *body;
    return true;
  }
}

}  // namespace

WillWriter::WillWriter(std::span<std::uint8_t> page) : page_(page) {
  CHECK(page.size() >= kHeaderSize + 2 * kLengthSize && page.size() % 8 == 0);
  ByteWriter(page_.first(4)).u32(kMagic);
}

void WillWriter::begin() {
  copy_ = copyOf(page_, finished_ + 1);
  used_ = kLengthSize;
  missing_ = 0;
}

std::span<std::uint8_t> WillWriter::reserve(std::size_t bytes) {
  if (bytes > copy_.size() - used_) {
    ++missing_;
    return {};
  }
  const auto room = copy_.subspan(used_, bytes);
  used_ += bytes;
  return room;
}

void WillWriter::add(const Goodbye& goodbye) {
  const auto size = kGoodbyeSize + goodbye.bytes.size();
  const auto room = reserve(kRecordHeader + size);
  if (room.empty()) return;
  ByteWriter out(room);
  out.u8(kGoodbye);
  out.u16(static_cast<std::uint16_t>(size));
  out.u32(goodbye.ifIndex.value);
  out.u8(goodbye.ttl);
  out.u8(goodbye.protocol);
  out.u8(goodbye.withIpHeader ? 1 : 0);
  put(out, goodbye.source);
  put(out, goodbye.destination);
  out.bytes(goodbye.bytes);
}

void WillWriter::add(const Possession& possession) {
  const auto room = reserve(kRecordHeader + kPossessionSize);
  if (room.empty()) return;
  ByteWriter out(room);
  out.u8(kPossession);
  out.u16(kPossessionSize);
  out.u32(possession.ifIndex.value);
  out.u8(possession.prefixLength);
  put(out, possession.address);
}

std::span<std::uint8_t> WillWriter::add(const Removal& removal) {
  const auto size = 1 + removal.request.size();
  CHECK(size <= kMaxRecord);
  const auto room = reserve(kRecordHeader + size);
  if (room.empty()) return {};
  ByteWriter out(room);
  out.u8(kRemoval);
  out.u16(static_cast<std::uint16_t>(size));
  out.u8(removal.protocol);
  out.bytes(removal.request);
  return room.subspan(kRecordHeader + 1);
}

std::size_t WillWriter::end() {
  ByteWriter(copy_.first(kLengthSize)).u32(static_cast<std::uint32_t>(used_ - kLengthSize));
  auto& finished = *reinterpret_cast<std::uint32_t*>(page_.data() + kFinishedAt);
  std::atomic_ref(finished).store(++finished_, std::memory_order_release);
  return missing_;
}

WillReader WillReader::ofPage(std::span<const std::uint8_t> page) {
  WillReader none({});
  if (page.size() < kHeaderSize + 2 * kLengthSize || ByteReader(page).u32() != kMagic) return none;
  std::uint32_t finished = 0;
  std::memcpy(&finished, page.data() + kFinishedAt, sizeof finished);
  if (finished == 0) return none;
  ByteReader copy(copyOf(page, finished));
  const auto length = copy.u32();
  const auto records = copy.take(length.value_or(0));
  return records ? WillReader(*records) : none;
}

std::optional<Goodbye> WillReader::nextGoodbye() {
  std::span<const std::uint8_t> record;
  if (!takeRecord(records_, goodbyesAt_, kGoodbye, record)) return std::nullopt;
  return readGoodbye(record);
}

std::optional<Possession> WillReader::nextPossession() {
  std::span<const std::uint8_t> record;
  if (!takeRecord(records_, possessionsAt_, kPossession, record)) return std::nullopt;
  return readPossession(record);
}

std::optional<Removal> WillReader::nextRemoval() {
  std::span<const std::uint8_t> record;
  if (!takeRecord(records_, removalsAt_, kRemoval, record)) return std::nullopt;
  return readRemoval(record);
}

}  // namespace failoverd::guardian
