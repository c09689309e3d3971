#pragma once

#include "core/describe.h"
#include "core/inputs.h"

namespace failoverd::core {

template <>
struct Description<ApplyInstance> {
  static constexpr std::string_view name = "ApplyInstance";
  static constexpr auto fields = std::tuple(field("config", &ApplyInstance::config));
};

template <>
struct Description<RemoveInstance> {
  static constexpr std::string_view name = "RemoveInstance";
  static constexpr auto fields = std::tuple(field("instance", &RemoveInstance::instance));
};

template <>
struct Description<ApplyGroup> {
  static constexpr std::string_view name = "ApplyGroup";
  static constexpr auto fields = std::tuple(field("config", &ApplyGroup::config));
};

template <>
struct Description<RemoveGroup> {
  static constexpr std::string_view name = "RemoveGroup";
  static constexpr auto fields = std::tuple(field("group", &RemoveGroup::group));
};

template <>
struct Description<ApplyTracker> {
  static constexpr std::string_view name = "ApplyTracker";
  static constexpr auto fields = std::tuple(field("config", &ApplyTracker::config));
};

template <>
struct Description<RemoveTracker> {
  static constexpr std::string_view name = "RemoveTracker";
  static constexpr auto fields = std::tuple(field("tracker", &RemoveTracker::tracker));
};

template <>
struct Description<StaticUse> {
  static constexpr std::string_view name = "StaticUse";
  static constexpr auto fields =
      std::tuple(field("instance", &StaticUse::instance), field("object", &StaticUse::object));
};

template <>
struct Description<ApplyStatics> {
  static constexpr std::string_view name = "ApplyStatics";
  static constexpr auto fields =
      std::tuple(field("objects", &ApplyStatics::objects), field("uses", &ApplyStatics::uses));
};

template <>
struct Description<ApplyInterfaces> {
  static constexpr std::string_view name = "ApplyInterfaces";
  static constexpr auto fields = std::tuple(field("limits", &ApplyInterfaces::limits),
                                            field("delays", &ApplyInterfaces::delays));
};

template <>
struct EnumNames<TrackerStatus> {
  static constexpr std::string_view name = "TrackerStatus";
  static constexpr auto names = words("pending", "ok", "failed", "value");
};

template <>
struct Description<ReportTracker> {
  static constexpr std::string_view name = "ReportTracker";
  static constexpr auto fields = std::tuple(
      field("tracker", &ReportTracker::tracker), field("revision", &ReportTracker::revision),
      field("status", &ReportTracker::status), field("value", &ReportTracker::value));
};

template <>
struct Description<SetProcesses> {
  static constexpr std::string_view name = "SetProcesses";
  static constexpr auto fields =
      std::tuple(field("tracker", &SetProcesses::tracker),
                 field("revision", &SetProcesses::revision), field("pids", &SetProcesses::pids));
};

template <>
struct Description<Drain> {
  static constexpr std::string_view name = "Drain";
  static constexpr auto fields =
      std::tuple(field("instance", &Drain::instance), field("drained", &Drain::drained),
                 field("patience", &Drain::patience), field("insist", &Drain::insist));
};

template <>
struct Description<OpenGate> {
  static constexpr std::string_view name = "OpenGate";
  static constexpr auto fields =
      std::tuple(field("instance", &OpenGate::instance), field("episode", &OpenGate::episode));
};

template <>
struct Description<Stop> {
  static constexpr std::string_view name = "Stop";
  static constexpr auto fields =
      std::tuple(field("linger", &Stop::linger), field("release", &Stop::release));
};

template <>
struct Description<LinkChanged> {
  static constexpr std::string_view name = "LinkChanged";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &LinkChanged::ifIndex),
                 field("interfaceName", &LinkChanged::interfaceName), field("up", &LinkChanged::up),
                 field("running", &LinkChanged::running), field("mac", &LinkChanged::mac),
                 field("mtu", &LinkChanged::mtu), field("noArp", &LinkChanged::noArp));
};

template <>
struct Description<LinkRemoved> {
  static constexpr std::string_view name = "LinkRemoved";
  static constexpr auto fields = std::tuple(field("ifIndex", &LinkRemoved::ifIndex));
};

template <>
struct Description<LocalAddressAppeared> {
  static constexpr std::string_view name = "LocalAddressAppeared";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &LocalAddressAppeared::ifIndex),
                 field("address", &LocalAddressAppeared::address),
                 field("prefixLength", &LocalAddressAppeared::prefixLength),
                 field("secondary", &LocalAddressAppeared::secondary),
                 field("tentative", &LocalAddressAppeared::tentative),
                 field("ours", &LocalAddressAppeared::ours));
};

template <>
struct Description<LocalAddressDuplicate> {
  static constexpr std::string_view name = "LocalAddressDuplicate";
  static constexpr auto fields = std::tuple(field("ifIndex", &LocalAddressDuplicate::ifIndex),
                                            field("address", &LocalAddressDuplicate::address));
};

template <>
struct Description<LocalAddressRemoved> {
  static constexpr std::string_view name = "LocalAddressRemoved";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &LocalAddressRemoved::ifIndex),
                 field("address", &LocalAddressRemoved::address),
                 field("prefixLength", &LocalAddressRemoved::prefixLength));
};

template <>
struct Description<KernelRelisting> {
  static constexpr std::string_view name = "KernelRelisting";
  static constexpr auto fields = std::tuple();
};

template <>
struct Description<KernelListed> {
  static constexpr std::string_view name = "KernelListed";
  static constexpr auto fields = std::tuple();
};

template <>
struct Description<ObjectRemoved> {
  static constexpr std::string_view name = "ObjectRemoved";
  static constexpr auto fields = std::tuple(field("key", &ObjectRemoved::key));
};

template <>
struct Description<ObjectsUncertain> {
  static constexpr std::string_view name = "ObjectsUncertain";
  static constexpr auto fields = std::tuple();
};

template <>
struct Description<AdvertReceived> {
  static constexpr std::string_view name = "AdvertReceived";
  static constexpr auto fields = std::tuple(
      field("ifIndex", &AdvertReceived::ifIndex), field("source", &AdvertReceived::source),
      field("destination", &AdvertReceived::destination), field("ttl", &AdvertReceived::ttl),
      field("bytes", &AdvertReceived::bytes), field("ipHeader", &AdvertReceived::ipHeader));
};

template <>
struct Description<AddressResult> {
  static constexpr std::string_view name = "AddressResult";
  static constexpr auto fields = std::tuple(field("request", &AddressResult::request),
                                            field("errorNumber", &AddressResult::errorNumber));
};

template <>
struct Description<ListenResult> {
  static constexpr std::string_view name = "ListenResult";
  static constexpr auto fields = std::tuple(field("instance", &ListenResult::instance),
                                            field("errorNumber", &ListenResult::errorNumber));
};

template <>
struct Description<SendFailed> {
  static constexpr std::string_view name = "SendFailed";
  static constexpr auto fields = std::tuple(field("instance", &SendFailed::instance),
                                            field("errorNumber", &SendFailed::errorNumber));
};

template <>
struct Description<ProcessExited> {
  static constexpr std::string_view name = "ProcessExited";
  static constexpr auto fields = std::tuple(field("pid", &ProcessExited::pid));
};

template <>
struct Description<ProcessForked> {
  static constexpr std::string_view name = "ProcessForked";
  static constexpr auto fields =
      std::tuple(field("parent", &ProcessForked::parent), field("pid", &ProcessForked::pid));
};

template <>
struct Description<TrackersBlind> {
  static constexpr std::string_view name = "TrackersBlind";
  static constexpr auto fields = std::tuple(field("blind", &TrackersBlind::blind));
};

template <>
struct Description<ClockSet> {
  static constexpr std::string_view name = "ClockSet";
  static constexpr auto fields = std::tuple(field("utcOffset", &ClockSet::utcOffset));
};

}  // namespace failoverd::core
