#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string_view>

namespace failoverd::core {

// A kernel interface name, at most 15 bytes, without an allocation.
class InterfaceName {
 public:
  static constexpr std::size_t kMaxLength = 15;

  constexpr InterfaceName() = default;
  static constexpr std::optional<InterfaceName> from(std::string_view text) {
    if (text.size() > kMaxLength) return std::nullopt;
    InterfaceName name;
    for (std::size_t i = 0; i < text.size(); ++i) name.text_[i] = text[i];
    return name;
  }

  [[nodiscard]] constexpr std::string_view view() const { return {text_.data()}; }
  [[nodiscard]] constexpr bool empty() const { return text_[0] == '\0'; }
  constexpr auto operator<=>(const InterfaceName&) const = default;

 private:
  std::array<char, kMaxLength + 1> text_{};
};

}  // namespace failoverd::core
