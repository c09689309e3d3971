#pragma once

#include "core/describe.h"
#include "core/events.h"

namespace failoverd::core {

template <>
struct EnumNames<State> {
  static constexpr std::string_view name = "State";
  static constexpr auto names = words("init", "backup", "master", "fault");
};

template <>
struct EnumNames<CauseKind> {
  static constexpr std::string_view name = "CauseKind";
  static constexpr auto names = words(
      "none", "started", "masterSilent", "goodbyeReceived", "preempting", "owner", "higherPriority",
      "higherAddress", "trackerFault", "interfaceDown", "interfaceMissing", "noSourceAddress",
      "sendFailed", "listenFailed", "addressRefused", "addressLost", "faultCleared", "firstResult",
      "groupMember", "configChanged", "secondMaster", "trackersBlind", "wokeLate", "stopping",
      "removed", "drained", "noPeer", "staticMissing", "carriedOver");
};

template <>
struct Description<Cause> {
  static constexpr std::string_view name = "Cause";
  static constexpr auto fields =
      std::tuple(field("kind", &Cause::kind), field("peer", &Cause::peer),
                 field("peerPriority", &Cause::peerPriority), field("tracker", &Cause::tracker),
                 field("ifIndex", &Cause::ifIndex), field("interfaceName", &Cause::interfaceName),
                 field("member", &Cause::member), field("address", &Cause::address),
                 field("errorNumber", &Cause::errorNumber), field("silence", &Cause::silence));
};

template <>
struct Description<StateChanged> {
  static constexpr std::string_view name = "StateChanged";
  static constexpr auto fields = std::tuple(
      field("instance", &StateChanged::instance), field("from", &StateChanged::from),
      field("to", &StateChanged::to), field("effectivePriority", &StateChanged::effectivePriority),
      field("notify", &StateChanged::notify), field("repeated", &StateChanged::repeated),
      field("cause", &StateChanged::cause));
};

template <>
struct Description<GroupStateChanged> {
  static constexpr std::string_view name = "GroupStateChanged";
  static constexpr auto fields =
      std::tuple(field("group", &GroupStateChanged::group), field("from", &GroupStateChanged::from),
                 field("to", &GroupStateChanged::to), field("cause", &GroupStateChanged::cause));
};

template <>
struct Description<PriorityChanged> {
  static constexpr std::string_view name = "PriorityChanged";
  static constexpr auto fields = std::tuple(
      field("instance", &PriorityChanged::instance), field("from", &PriorityChanged::from),
      field("to", &PriorityChanged::to), field("tracker", &PriorityChanged::tracker),
      field("interfaceName", &PriorityChanged::interfaceName));
};

template <>
struct Description<MasterChanged> {
  static constexpr std::string_view name = "MasterChanged";
  static constexpr auto fields = std::tuple(
      field("instance", &MasterChanged::instance), field("master", &MasterChanged::master),
      field("priority", &MasterChanged::priority),
      field("advertInterval", &MasterChanged::advertInterval));
};

template <>
struct Description<LowerPriorityReceived> {
  static constexpr std::string_view name = "LowerPriorityReceived";
  static constexpr auto fields = std::tuple(field("instance", &LowerPriorityReceived::instance),
                                            field("source", &LowerPriorityReceived::source),
                                            field("priority", &LowerPriorityReceived::priority));
};

template <>
struct Description<GateClosed> {
  static constexpr std::string_view name = "GateClosed";
  static constexpr auto fields =
      std::tuple(field("instance", &GateClosed::instance), field("episode", &GateClosed::episode),
                 field("limit", &GateClosed::limit));
};

template <>
struct Description<GateOpened> {
  static constexpr std::string_view name = "GateOpened";
  static constexpr auto fields =
      std::tuple(field("instance", &GateOpened::instance), field("inTime", &GateOpened::inTime));
};

template <>
struct EnumNames<DrainOutcome> {
  static constexpr std::string_view name = "DrainOutcome";
  static constexpr auto names = words("drained", "nobodyElse", "cancelled");
};

template <>
struct Description<DrainEnded> {
  static constexpr std::string_view name = "DrainEnded";
  static constexpr auto fields =
      std::tuple(field("instance", &DrainEnded::instance), field("outcome", &DrainEnded::outcome));
};

template <>
struct EnumNames<RejectReason> {
  static constexpr std::string_view name = "RejectReason";
  static constexpr auto names =
      words("truncated", "length", "ttl", "version", "type", "checksum", "noAddresses", "authType",
            "authFailure", "interval", "unknownVrid", "ownAddress", "notAPeer", "peerTtl",
            "wrongForm", "ownerIgnores", "startupDelay", "authMissing", "authMalformed",
            "authStale", "authUnknownKey", "authReplayed");
};

template <>
struct Description<AdvertRejected> {
  static constexpr std::string_view name = "AdvertRejected";
  static constexpr auto fields =
      std::tuple(field("instance", &AdvertRejected::instance),
                 field("reason", &AdvertRejected::reason), field("source", &AdvertRejected::source),
                 field("vrid", &AdvertRejected::vrid), field("count", &AdvertRejected::count));
};

template <>
struct EnumNames<OddReason> {
  static constexpr std::string_view name = "OddReason";
  static constexpr auto names = words("addressList", "interval", "samePriorityOwner");
};

template <>
struct Description<AdvertOdd> {
  static constexpr std::string_view name = "AdvertOdd";
  static constexpr auto fields =
      std::tuple(field("instance", &AdvertOdd::instance), field("reason", &AdvertOdd::reason),
                 field("source", &AdvertOdd::source));
};

template <>
struct Description<AddressFailed> {
  static constexpr std::string_view name = "AddressFailed";
  static constexpr auto fields = std::tuple(
      field("instance", &AddressFailed::instance), field("ifIndex", &AddressFailed::ifIndex),
      field("address", &AddressFailed::address), field("errorNumber", &AddressFailed::errorNumber));
};

template <>
struct Description<AddressForeign> {
  static constexpr std::string_view name = "AddressForeign";
  static constexpr auto fields = std::tuple(field("instance", &AddressForeign::instance),
                                            field("interfaceName", &AddressForeign::interfaceName),
                                            field("address", &AddressForeign::address));
};

template <>
struct Description<AddressRestored> {
  static constexpr std::string_view name = "AddressRestored";
  static constexpr auto fields = std::tuple(
      field("instance", &AddressRestored::instance), field("ifIndex", &AddressRestored::ifIndex),
      field("address", &AddressRestored::address), field("count", &AddressRestored::count));
};

template <>
struct Description<ObjectFailed> {
  static constexpr std::string_view name = "ObjectFailed";
  static constexpr auto fields =
      std::tuple(field("instance", &ObjectFailed::instance), field("key", &ObjectFailed::key),
                 field("errorNumber", &ObjectFailed::errorNumber));
};

template <>
struct Description<ObjectRestored> {
  static constexpr std::string_view name = "ObjectRestored";
  static constexpr auto fields =
      std::tuple(field("instance", &ObjectRestored::instance), field("key", &ObjectRestored::key),
                 field("count", &ObjectRestored::count));
};

template <>
struct Description<InstanceApplied> {
  static constexpr std::string_view name = "InstanceApplied";
  static constexpr auto fields = std::tuple(field("instance", &InstanceApplied::instance),
                                            field("revision", &InstanceApplied::revision));
};

template <>
struct Description<InstanceRemoved> {
  static constexpr std::string_view name = "InstanceRemoved";
  static constexpr auto fields = std::tuple(field("instance", &InstanceRemoved::instance));
};

template <>
struct Description<LateDeadline> {
  static constexpr std::string_view name = "LateDeadline";
  static constexpr auto fields = std::tuple(field("instance", &LateDeadline::instance),
                                            field("lateness", &LateDeadline::lateness));
};

template <>
struct Description<Stopped> {
  static constexpr std::string_view name = "Stopped";
  static constexpr auto fields = std::tuple();
};

}  // namespace failoverd::core
