#pragma once

#include <vector>

#include "core/state.h"

// Commands that change what should run. Each carries a whole value; what need not change does
// not, and an instance that is the same as before gives nothing but its InstanceApplied.
namespace failoverd::core::apply {

void instance(CoreState& core, const InstanceConfig& config);
void removeInstance(CoreState& core, InstanceId id);
void group(CoreState& core, const GroupConfig& config);
void removeGroup(CoreState& core, GroupId id);
void statics(CoreState& core, const ApplyStatics& wanted);
void interfaces(CoreState& core, const ApplyInterfaces& wanted);

void unlisten(CoreState& core, Router& router);

}  // namespace failoverd::core::apply
