#pragma once

#include "core/describe.h"
#include "core/status.h"

namespace failoverd::core {

template <>
struct EnumNames<AddressState> {
  static constexpr std::string_view name = "AddressState";
  static constexpr auto names = words("absent", "requested", "confirmed", "failed", "removing");
};

template <>
struct Description<AddressStatus> {
  static constexpr std::string_view name = "AddressStatus";
  static constexpr auto fields =
      std::tuple(field("address", &AddressStatus::address),
                 field("prefixLength", &AddressStatus::prefixLength),
                 field("ifIndex", &AddressStatus::ifIndex), field("state", &AddressStatus::state),
                 field("errorNumber", &AddressStatus::errorNumber),
                 field("foreignOn", &AddressStatus::foreignOn));
};

template <>
struct Description<PriorityPart> {
  static constexpr std::string_view name = "PriorityPart";
  static constexpr auto fields = std::tuple(field("tracker", &PriorityPart::tracker),
                                            field("interfaceName", &PriorityPart::interfaceName),
                                            field("delta", &PriorityPart::delta));
};

template <>
struct Description<InstanceCounters> {
  static constexpr std::string_view name = "InstanceCounters";
  static constexpr auto fields =
      std::tuple(field("advertsReceived", &InstanceCounters::advertsReceived),
                 field("advertsSent", &InstanceCounters::advertsSent),
                 field("becameMaster", &InstanceCounters::becameMaster),
                 field("releasedMaster", &InstanceCounters::releasedMaster),
                 field("goodbyesReceived", &InstanceCounters::goodbyesReceived),
                 field("goodbyesSent", &InstanceCounters::goodbyesSent),
                 field("lengthErrors", &InstanceCounters::lengthErrors),
                 field("ttlErrors", &InstanceCounters::ttlErrors),
                 field("versionErrors", &InstanceCounters::versionErrors),
                 field("typeErrors", &InstanceCounters::typeErrors),
                 field("checksumErrors", &InstanceCounters::checksumErrors),
                 field("intervalErrors", &InstanceCounters::intervalErrors),
                 field("authTypeErrors", &InstanceCounters::authTypeErrors),
                 field("authFailures", &InstanceCounters::authFailures),
                 field("authMissing", &InstanceCounters::authMissing),
                 field("authMalformed", &InstanceCounters::authMalformed),
                 field("authUnknownKey", &InstanceCounters::authUnknownKey),
                 field("authInvalid", &InstanceCounters::authInvalid),
                 field("authStale", &InstanceCounters::authStale),
                 field("authReplayed", &InstanceCounters::authReplayed),
                 field("addressListErrors", &InstanceCounters::addressListErrors),
                 field("otherErrors", &InstanceCounters::otherErrors),
                 field("addressesRestored", &InstanceCounters::addressesRestored));
};

template <>
struct Description<ArrivalStatus> {
  static constexpr std::string_view name = "ArrivalStatus";
  static constexpr auto fields =
      std::tuple(field("missed", &ArrivalStatus::missed),
                 field("longestMissed", &ArrivalStatus::longestMissed),
                 field("nearFailovers", &ArrivalStatus::nearFailovers),
                 field("sum", &ArrivalStatus::sum), field("buckets", &ArrivalStatus::buckets));
};

template <>
struct Description<InstanceStatus> {
  static constexpr std::string_view name = "InstanceStatus";
  static constexpr auto fields = std::tuple(
      field("instance", &InstanceStatus::instance), field("name", &InstanceStatus::name),
      field("revision", &InstanceStatus::revision), field("state", &InstanceStatus::state),
      field("since", &InstanceStatus::since), field("cause", &InstanceStatus::cause),
      field("basePriority", &InstanceStatus::basePriority),
      field("effectivePriority", &InstanceStatus::effectivePriority),
      field("parts", &InstanceStatus::parts), field("faults", &InstanceStatus::faults),
      field("master", &InstanceStatus::master),
      field("masterPriority", &InstanceStatus::masterPriority),
      field("masterAdvertInterval", &InstanceStatus::masterAdvertInterval),
      field("lastAdvertReceived", &InstanceStatus::lastAdvertReceived),
      field("nextDeadline", &InstanceStatus::nextDeadline),
      field("drained", &InstanceStatus::drained), field("addresses", &InstanceStatus::addresses),
      field("counters", &InstanceStatus::counters), field("arrivals", &InstanceStatus::arrivals));
};

template <>
struct Description<GroupStatus> {
  static constexpr std::string_view name = "GroupStatus";
  static constexpr auto fields =
      std::tuple(field("group", &GroupStatus::group), field("name", &GroupStatus::name),
                 field("state", &GroupStatus::state), field("since", &GroupStatus::since));
};

template <>
struct Description<CoreSnapshot> {
  static constexpr std::string_view name = "CoreSnapshot";
  static constexpr auto fields =
      std::tuple(field("at", &CoreSnapshot::at), field("instances", &CoreSnapshot::instances),
                 field("groups", &CoreSnapshot::groups));
};

}  // namespace failoverd::core
