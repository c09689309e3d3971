#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ids.h"
#include "base/ip.h"

// The memory that the engine shares with the guardian: what has to be said and taken away should
// the daemon die at this moment, ready to be carried out by somebody who knows no VRRP.
//
// The writer may be killed between any two instructions, so there are two copies. A new one is
// written beside the one that counts, and then one store of a number makes it the one: the number
// of copies finished, whose last bit says which of the two it is. 0: none yet.
//
//   magic u32 | finished u32 | copy 0 | copy 1        copy: length u32 | records
namespace failoverd::guardian {

// Where the page begins in the memory that the engine shares: before it lies the mark that says
// whether the engine's thread lives (os::LifeMark).
inline constexpr std::size_t kWillOffset = 4096;

// A packet to be sent once.
struct Goodbye {
  IfIndex ifIndex;  // 0: by the routing table
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 255;  // or hop limit
  std::uint8_t protocol = 112;
  // true: `bytes` is a whole IPv4 packet, signed with its header; else what follows the header.
  bool withIpHeader = false;
  std::span<const std::uint8_t> bytes;
};

// An address to be removed.
struct Possession {
  IfIndex ifIndex;
  IpAddress address;
  std::uint8_t prefixLength = 32;
};

// Anything else to be removed, as the netlink request that does it (or several, as one batch).
struct Removal {
  std::uint8_t protocol = 0;  // NETLINK_*
  std::span<const std::uint8_t> request;
};

// The engine thread's side: plain stores into memory that is there, never more.
class WillWriter {
 public:
  // `page` outlives the writer. CHECKs that there is room for two empty copies.
  explicit WillWriter(std::span<std::uint8_t> page);

  // begin(), all that there is, end(). Until end() the copy before counts.
  void begin();
  void add(const Goodbye& goodbye);
  void add(const Possession& possession);
  // Returns the request as it stands in the page, so that it can be finished there; empty: no room.
  std::span<std::uint8_t> add(const Removal& removal);
  // Returns how many records had no room.
  std::size_t end();

 private:
  [[nodiscard]] std::span<std::uint8_t> reserve(std::size_t bytes);

  std::span<std::uint8_t> page_;
  std::uint32_t finished_ = 0;
  std::span<std::uint8_t> copy_;
  std::size_t used_ = 0;
  std::size_t missing_ = 0;
};

// The guardian's side, for when nobody writes any more. Trusts nothing that it reads.
class WillReader {
 public:
  // The records of the copy that counts; none when there is no such copy.
  static WillReader ofPage(std::span<const std::uint8_t> page);
  // Records that came another way.
  explicit WillReader(std::span<const std::uint8_t> records) : records_(records) {}

  // The next record of its kind from the beginning on; nothing: that was the last.
  std::optional<Goodbye> nextGoodbye();
  std::optional<Possession> nextPossession();
  std::optional<Removal> nextRemoval();

 private:
  std::span<const std::uint8_t> records_;
  std::size_t goodbyesAt_ = 0;
  std::size_t possessionsAt_ = 0;
  std::size_t removalsAt_ = 0;
};

}  // namespace failoverd::guardian
