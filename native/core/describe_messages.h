#pragma once

#include "core/core.h"
#include "core/describe_carried.h"
#include "core/describe_config.h"
#include "core/describe_events.h"
#include "core/describe_inputs.h"
#include "core/describe_outputs.h"
#include "core/describe_status.h"
#include "core/describe_traits.h"

// Every message that the core takes or gives.
namespace failoverd::core {

template <>
struct Description<CoreOptions> {
  static constexpr std::string_view name = "CoreOptions";
  static constexpr auto fields =
      std::tuple(field("startupDelay", &CoreOptions::startupDelay),
                 field("restoresPerMinute", &CoreOptions::restoresPerMinute));
};

template <>
struct EnumNames<Family> {
  static constexpr std::string_view name = "Family";
  static constexpr auto names = words("ipv4", "ipv6");
};

template <>
struct UnionName<Command> {
  static constexpr std::string_view name = "Command";
};
template <>
struct UnionName<Input> {
  static constexpr std::string_view name = "Input";
};
template <>
struct UnionName<Action> {
  static constexpr std::string_view name = "Action";
};
template <>
struct UnionName<Output> {
  static constexpr std::string_view name = "Output";
};

}  // namespace failoverd::core
