#pragma once

#include "core/carried.h"
#include "core/describe.h"
#include "core/inputs.h"

namespace failoverd::core {

template <>
struct EnumNames<Purpose> {
  static constexpr std::string_view name = "Purpose";
  static constexpr auto names =
      words("advert", "masterDown", "triggeredAdvert", "preemptDelay", "announceAgain",
            "announceRefresh", "announceLowerAgain", "announceExtra", "retry", "gate", "drainLimit",
            "trackerDelay", "announcePaced", "linkDelay", "startupDelay", "stopLimit",
            "staticsRetry", "pulse", "recovery");
};

template <>
struct EnumNames<PreemptDelay> {
  static constexpr std::string_view name = "PreemptDelay";
  static constexpr auto names = words("idle", "running", "over");
};

template <>
struct Description<MasterSeen> {
  static constexpr std::string_view name = "MasterSeen";
  static constexpr auto fields =
      std::tuple(field("address", &MasterSeen::address), field("priority", &MasterSeen::priority),
                 field("interval", &MasterSeen::interval), field("heard", &MasterSeen::heard));
};

template <>
struct Description<Rival> {
  static constexpr std::string_view name = "Rival";
  static constexpr auto fields =
      std::tuple(field("address", &Rival::address), field("priority", &Rival::priority),
                 field("heard", &Rival::heard));
};

template <>
struct Description<Refusals> {
  static constexpr std::string_view name = "Refusals";
  static constexpr auto fields = std::tuple(
      field("addressError", &Refusals::addressError), field("addressLost", &Refusals::addressLost),
      field("sendError", &Refusals::sendError), field("inARow", &Refusals::inARow),
      field("refusedAt", &Refusals::refusedAt),
      field("sendFailingSince", &Refusals::sendFailingSince), field("copies", &Refusals::copies),
      field("copiesFailed", &Refusals::copiesFailed),
      field("lastSendError", &Refusals::lastSendError), field("probing", &Refusals::probing));
};

template <>
struct Description<Election> {
  static constexpr std::string_view name = "Election";
  static constexpr auto fields = std::tuple(
      field("preemptDelay", &Election::preemptDelay), field("waitingFor", &Election::waitingFor),
      field("readyForGroup", &Election::readyForGroup), field("listening", &Election::listening),
      field("lastAdvertSent", &Election::lastAdvertSent),
      field("lastTriggered", &Election::lastTriggered), field("lastWeaker", &Election::lastWeaker),
      field("lastAnswered", &Election::lastAnswered),
      field("lastLowerBurst", &Election::lastLowerBurst),
      field("lowerBurstGap", &Election::lowerBurstGap), field("rivalOwner", &Election::rivalOwner),
      field("rivalTolerated", &Election::rivalTolerated),
      field("ownershipYielded", &Election::ownershipYielded),
      field("betterSince", &Election::betterSince), field("betterHeard", &Election::betterHeard));
};

template <>
struct Description<CarriedSequence> {
  static constexpr std::string_view name = "CarriedSequence";
  static constexpr auto fields = std::tuple(field("seconds", &CarriedSequence::seconds),
                                            field("rest", &CarriedSequence::rest));
};

template <>
struct Description<CarriedMark> {
  static constexpr std::string_view name = "CarriedMark";
  static constexpr auto fields =
      std::tuple(field("source", &CarriedMark::source), field("newest", &CarriedMark::newest),
                 field("heard", &CarriedMark::heard));
};

template <>
struct Description<CarriedDeadline> {
  static constexpr std::string_view name = "CarriedDeadline";
  static constexpr auto fields =
      std::tuple(field("purpose", &CarriedDeadline::purpose), field("at", &CarriedDeadline::at));
};

template <>
struct Description<CarriedInstance> {
  static constexpr std::string_view name = "CarriedInstance";
  static constexpr auto fields = std::tuple(
      field("name", &CarriedInstance::name), field("vrid", &CarriedInstance::vrid),
      field("family", &CarriedInstance::family), field("version", &CarriedInstance::version),
      field("interfaceName", &CarriedInstance::interfaceName),
      field("state", &CarriedInstance::state), field("since", &CarriedInstance::since),
      field("effectivePriority", &CarriedInstance::effectivePriority),
      field("deadlines", &CarriedInstance::deadlines), field("seen", &CarriedInstance::seen),
      field("rival", &CarriedInstance::rival), field("election", &CarriedInstance::election),
      field("refusals", &CarriedInstance::refusals),
      field("ahSequence", &CarriedInstance::ahSequence),
      field("signedLast", &CarriedInstance::signedLast), field("marks", &CarriedInstance::marks),
      field("drained", &CarriedInstance::drained),

      field("unannounced", &CarriedInstance::unannounced));
};

template <>
struct Description<CarriedGroup> {
  static constexpr std::string_view name = "CarriedGroup";
  static constexpr auto fields =
      std::tuple(field("name", &CarriedGroup::name), field("state", &CarriedGroup::state),
                 field("since", &CarriedGroup::since));
};

template <>
struct Description<Inherit> {
  static constexpr std::string_view name = "Inherit";
  static constexpr auto fields = std::tuple(
      field("instances", &Inherit::instances), field("groups", &Inherit::groups),
      field("startupEnds", &Inherit::startupEnds), field("backSince", &Inherit::backSince));
};

template <>
struct Description<AwaitInheritance> {
  static constexpr std::string_view name = "AwaitInheritance";
  static constexpr auto fields = std::tuple();
};

}  // namespace failoverd::core
