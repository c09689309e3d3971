#include "pcap.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include "base/check.h"
#include "wire/ethernet.h"

namespace failoverd::wire {
namespace {

constexpr std::size_t kFileHeaderSize = 24;
constexpr std::size_t kRecordHeaderSize = 16;
constexpr std::uint32_t kMagicLittle = 0xa1b2c3d4;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint32_t kLinkRaw = 101;

std::uint32_t littleU32(Bytes bytes, std::size_t offset) {
  return __builtin_bswap32(u32At(bytes, offset));
}

std::optional<ByteVector> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return ByteVector(text.begin(), text.end());
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, '\t');) cells.push_back(cell);
  return cells;
}

}  // namespace

std::optional<std::vector<ByteVector>> ipPacketsOf(const std::string& path) {
  const auto file = read(path);
  if (!file || file->size() < kFileHeaderSize) return std::nullopt;
  const bool little = littleU32(*file, 0) == kMagicLittle;
  if (!little && u32At(*file, 0) != kMagicLittle) return std::nullopt;
  const auto number = [&](std::size_t at) {
    return little ? littleU32(*file, at) : u32At(*file, at);
  };
  const auto link = number(20);
  if (link != kLinkEthernet && link != kLinkRaw) return std::nullopt;
  const std::size_t skip = link == kLinkEthernet ? kEthernetHeaderSize : 0;

  std::vector<ByteVector> packets;
  for (std::size_t at = kFileHeaderSize; at + kRecordHeaderSize <= file->size();) {
    const std::size_t size = number(at + 8);
    at += kRecordHeaderSize;
    if (size < skip || size > file->size() - at) return std::nullopt;
    const auto packet = Bytes(*file).subspan(at + skip, size - skip);
    packets.emplace_back(packet.begin(), packet.end());
    at += size;
  }
  return packets;
}

std::optional<std::vector<Row>> rowsOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto names = split(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    auto cells = split(line);
    cells.resize(names.size());
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row.emplace_back(names[i], cells[i]);
    rows.push_back(std::move(row));
  }
  return rows;
}

const std::string& column(const Row& row, std::string_view name) {
  for (const auto& [key, value] : row) {
    if (key == name) return value;
  }
  CHECK(false);
  UNREACHABLE();
}

}  // namespace failoverd::wire
