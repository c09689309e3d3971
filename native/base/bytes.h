#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "base/check.h"

namespace failoverd {

// Reads network-order fields from bytes that a stranger sent. Running off the end yields
// nothing and leaves the reader where it was; there is no way to read outside the span.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t position() const { return at_; }

  std::optional<std::uint8_t> u8() {
    if (remaining() < 1) return std::nullopt;
    return bytes_[at_++];
  }
  std::optional<std::uint16_t> u16() {
    if (remaining() < 2) return std::nullopt;
    const auto high = bytes_[at_];
    const auto low = bytes_[at_ + 1];
    at_ += 2;
    return static_cast<std::uint16_t>((high << 8) | low);
  }
  std::optional<std::uint32_t> u32() {
    if (remaining() < 4) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = (value << 8) | bytes_[at_++];
    return value;
  }
  std::optional<std::span<const std::uint8_t>> take(std::size_t count) {
    if (remaining() < count) return std::nullopt;
    const auto taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// Writes network-order fields. The caller sized the buffer from the value to be written, so
// that running over the end is a fault of ours and ends the process.
class ByteWriter {
 public:
  explicit ByteWriter(std::span<std::uint8_t> out) : out_(out) {}

  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] std::span<std::uint8_t> written() const { return out_.first(at_); }

  void u8(std::uint8_t value) { *reserve(1) = value; }
  void u16(std::uint16_t value) {
    auto* to = reserve(2);
    to[0] = static_cast<std::uint8_t>(value >> 8);
    to[1] = static_cast<std::uint8_t>(value);
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
  }
  void bytes(std::span<const std::uint8_t> from) {
    if (!from.empty()) std::memcpy(reserve(from.size()), from.data(), from.size());
  }
  void zeros(std::size_t count) {
    if (count != 0) std::memset(reserve(count), 0, count);
  }

 private:
  std::uint8_t* reserve(std::size_t count) {
    CHECK(count <= out_.size() - at_);
    auto* to = out_.data() + at_;
    at_ += count;
    return to;
  }

  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

}  // namespace failoverd
