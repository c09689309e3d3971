#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"

// How every file of this room reaches into bytes: a named offset and one of these. They are
// for packets whose length was judged before; a stranger's bytes are judged first.
namespace failoverd::wire {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

inline std::uint8_t u8At(Bytes bytes, std::size_t offset) {
  CHECK(offset < bytes.size());
  return bytes[offset];
}

inline std::uint16_t u16At(Bytes bytes, std::size_t offset) {
  return static_cast<std::uint16_t>((u8At(bytes, offset) << 8) | u8At(bytes, offset + 1));
}

inline std::uint32_t u32At(Bytes bytes, std::size_t offset) {
  return (static_cast<std::uint32_t>(u16At(bytes, offset)) << 16) | u16At(bytes, offset + 2);
}

inline void putU8(MutableBytes bytes, std::size_t offset, std::uint8_t value) {
  CHECK(offset < bytes.size());
  bytes[offset] = value;
}

inline void putU16(MutableBytes bytes, std::size_t offset, std::uint16_t value) {
  putU8(bytes, offset, static_cast<std::uint8_t>(value >> 8));
  putU8(bytes, offset + 1, static_cast<std::uint8_t>(value & 0xff));
}

inline void putU32(MutableBytes bytes, std::size_t offset, std::uint32_t value) {
  putU16(bytes, offset, static_cast<std::uint16_t>(value >> 16));
  putU16(bytes, offset + 2, static_cast<std::uint16_t>(value & 0xffff));
}

inline void putBytes(MutableBytes bytes, std::size_t offset, Bytes from) {
  CHECK(offset <= bytes.size() && from.size() <= bytes.size() - offset);
  for (std::size_t i = 0; i < from.size(); ++i) bytes[offset + i] = from[i];
}

inline void putZeros(MutableBytes bytes, std::size_t offset, std::size_t count) {
  CHECK(offset <= bytes.size() && count <= bytes.size() - offset);
  for (std::size_t i = 0; i < count; ++i) bytes[offset + i] = 0;
}

}  // namespace failoverd::wire
