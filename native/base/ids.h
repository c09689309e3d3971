#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

// Strong integers: a VRID cannot be passed where a priority is wanted.
namespace failoverd {

template <class Tag, class Rep>
struct StrongInt {
  using rep = Rep;
  Rep value{};

  constexpr StrongInt() = default;
  constexpr explicit StrongInt(Rep v) : value(v) {}
  constexpr auto operator<=>(const StrongInt&) const = default;
};

// Virtual router identifier, 1..255 (RFC 9568 §5.2.3).
using Vrid = StrongInt<struct VridTag, std::uint8_t>;

// VRRP priority on the wire (RFC 9568 §5.2.4): 0 = goodbye, 255 = address owner.
using Priority = StrongInt<struct PriorityTag, std::uint8_t>;
inline constexpr Priority kGoodbyePriority{0};
inline constexpr Priority kOwnerPriority{255};

// Kernel interface index; 0 = none.
using IfIndex = StrongInt<struct IfIndexTag, std::uint32_t>;
inline constexpr IfIndex kNoInterface{0};

// Identities that TypeScript hands out and the core only compares. Never reused within a run.
using InstanceId = StrongInt<struct InstanceIdTag, std::uint32_t>;
using GroupId = StrongInt<struct GroupIdTag, std::uint32_t>;
using TrackerId = StrongInt<struct TrackerIdTag, std::uint32_t>;

// Counts applications of one object's configuration; the answer carries the number back.
using Revision = StrongInt<struct RevisionTag, std::uint32_t>;

}  // namespace failoverd

template <class Tag, class Rep>
struct std::hash<failoverd::StrongInt<Tag, Rep>> {
  std::size_t operator()(failoverd::StrongInt<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
