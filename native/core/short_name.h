#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string_view>

namespace failoverd::core {

// What the kernel calls something, at most 15 bytes (IFNAMSIZ, TASK_COMM_LEN), without an
// allocation. Names of different things are different types.
template <class Of>
class ShortName {
 public:
  static constexpr std::size_t kMaxLength = 15;

  constexpr ShortName() = default;
  static constexpr std::optional<ShortName> from(std::string_view text) {
    if (text.size() > kMaxLength) return std::nullopt;
    ShortName name;
    for (std::size_t i = 0; i < text.size(); ++i) name.text_[i] = text[i];
    return name;
  }

  [[nodiscard]] constexpr std::string_view view() const { return {text_.data()}; }
  [[nodiscard]] constexpr bool empty() const { return text_[0] == '\0'; }
  constexpr auto operator<=>(const ShortName&) const = default;

 private:
  std::array<char, kMaxLength + 1> text_{};
};

using InterfaceName = ShortName<struct OfInterface>;
using AddressLabel = ShortName<struct OfAddress>;
using ProgramName = ShortName<struct OfProgram>;

}  // namespace failoverd::core
