#pragma once

#include "core/describe_messages.h"
#include "engine/events.h"
#include "engine/kernel_listing.h"

namespace failoverd::core {

template <>
struct EnumNames<engine::Scheduling> {
  static constexpr std::string_view name = "Scheduling";
  static constexpr auto names = words("normal", "roundRobin", "fifo", "deadline");
};

template <>
struct Description<engine::Started> {
  static constexpr std::string_view name = "Started";
  static constexpr auto fields =
      std::tuple(field("scheduling", &engine::Started::scheduling),
                 field("realtimePriority", &engine::Started::realtimePriority),
                 field("schedulingError", &engine::Started::schedulingError),
                 field("lockedBytes", &engine::Started::lockedBytes),
                 field("lockError", &engine::Started::lockError),
                 field("processEventsError", &engine::Started::processEventsError));
};

template <>
struct Description<engine::LinkSeen> {
  static constexpr std::string_view name = "LinkSeen";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &engine::LinkSeen::ifIndex),
                 field("interfaceName", &engine::LinkSeen::interfaceName),
                 field("up", &engine::LinkSeen::up), field("running", &engine::LinkSeen::running));
};

template <>
struct Description<engine::LinkGone> {
  static constexpr std::string_view name = "LinkGone";
  static constexpr auto fields = std::tuple(field("ifIndex", &engine::LinkGone::ifIndex));
};

template <>
struct Description<engine::RulesetChanged> {
  static constexpr std::string_view name = "RulesetChanged";
  static constexpr auto fields = std::tuple(field("program", &engine::RulesetChanged::program));
};

template <>
struct Description<engine::ProcessExecuted> {
  static constexpr std::string_view name = "ProcessExecuted";
  static constexpr auto fields = std::tuple(field("pid", &engine::ProcessExecuted::pid));
};

template <>
struct Description<engine::ProcessRenamed> {
  static constexpr std::string_view name = "ProcessRenamed";
  static constexpr auto fields = std::tuple(field("pid", &engine::ProcessRenamed::pid));
};

template <>
struct Description<engine::ProcessEventsLost> {
  static constexpr std::string_view name = "ProcessEventsLost";
  static constexpr auto fields = std::tuple();
};

template <>
struct EnumNames<engine::TroubleKind> {
  static constexpr std::string_view name = "TroubleKind";
  static constexpr auto names = words("netlink", "receive", "announce", "poll", "will", "ruleset");
};

template <>
struct Description<engine::Trouble> {
  static constexpr std::string_view name = "Trouble";
  static constexpr auto fields = std::tuple(field("where", &engine::Trouble::where),
                                            field("errorNumber", &engine::Trouble::errorNumber));
};

template <>
struct Description<engine::HandedOver> {
  static constexpr std::string_view name = "HandedOver";
  static constexpr auto fields = std::tuple(field("errorNumber", &engine::HandedOver::errorNumber));
};

template <>
struct Description<engine::Inherited> {
  static constexpr std::string_view name = "Inherited";
  static constexpr auto fields = std::tuple();
};

template <>
struct Description<engine::Predecessor> {
  static constexpr std::string_view name = "Predecessor";
  static constexpr auto fields = std::tuple(field("memory", &engine::Predecessor::memory),
                                            field("line", &engine::Predecessor::line),
                                            field("lock", &engine::Predecessor::lock));
};

template <>
struct Description<engine::Lost> {
  static constexpr std::string_view name = "Lost";
  static constexpr auto fields = std::tuple(field("count", &engine::Lost::count));
};

template <>
struct Description<engine::EventRecord> {
  static constexpr std::string_view name = "EventRecord";
  static constexpr auto fields =
      std::tuple(field("seq", &engine::EventRecord::seq), field("at", &engine::EventRecord::at),
                 field("event", &engine::EventRecord::event));
};

template <>
struct Description<engine::LinkStatus> {
  static constexpr std::string_view name = "LinkStatus";
  static constexpr auto fields = std::tuple(
      field("ifIndex", &engine::LinkStatus::ifIndex),
      field("interfaceName", &engine::LinkStatus::interfaceName),
      field("up", &engine::LinkStatus::up), field("running", &engine::LinkStatus::running));
};

template <>
struct Description<engine::LatenessStatus> {
  static constexpr std::string_view name = "LatenessStatus";
  static constexpr auto fields = std::tuple(field("wakes", &engine::LatenessStatus::wakes),
                                            field("worst", &engine::LatenessStatus::worst),
                                            field("sum", &engine::LatenessStatus::sum),
                                            field("buckets", &engine::LatenessStatus::buckets));
};

template <>
struct Description<engine::EngineCounters> {
  static constexpr std::string_view name = "EngineCounters";
  static constexpr auto fields =
      std::tuple(field("advertsSent", &engine::EngineCounters::advertsSent),
                 field("advertsReceived", &engine::EngineCounters::advertsReceived),
                 field("announcementsSent", &engine::EngineCounters::announcementsSent),
                 field("addressRequests", &engine::EngineCounters::addressRequests),
                 field("commandsHandled", &engine::EngineCounters::commandsHandled),
                 field("eventsLost", &engine::EngineCounters::eventsLost));
};

template <>
struct Description<engine::EngineSnapshot> {
  static constexpr std::string_view name = "EngineSnapshot";
  static constexpr auto fields = std::tuple(field("seq", &engine::EngineSnapshot::seq),
                                            field("core", &engine::EngineSnapshot::core),
                                            field("started", &engine::EngineSnapshot::started),
                                            field("links", &engine::EngineSnapshot::links),
                                            field("lateness", &engine::EngineSnapshot::lateness),
                                            field("counters", &engine::EngineSnapshot::counters));
};

template <>
struct Description<engine::EngineOptions> {
  static constexpr std::string_view name = "EngineOptions";
  static constexpr auto fields =
      std::tuple(field("core", &engine::EngineOptions::core),
                 field("realtimePriority", &engine::EngineOptions::realtimePriority),
                 field("lockMemory", &engine::EngineOptions::lockMemory),
                 field("cpus", &engine::EngineOptions::cpus),
                 field("silenceLimit", &engine::EngineOptions::silenceLimit),
                 field("processEvents", &engine::EngineOptions::processEvents),
                 field("hearAllVrids", &engine::EngineOptions::hearAllVrids),
                 field("receiveBuffer", &engine::EngineOptions::receiveBuffer),
                 field("recorderBytes", &engine::EngineOptions::recorderBytes),
                 field("predecessor", &engine::EngineOptions::predecessor));
};

template <>
struct Description<engine::FoundAddress> {
  static constexpr std::string_view name = "FoundAddress";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &engine::FoundAddress::ifIndex),
                 field("address", &engine::FoundAddress::address),
                 field("prefixLength", &engine::FoundAddress::prefixLength),
                 field("ours", &engine::FoundAddress::ours));
};

template <>
struct Description<engine::KernelListing> {
  static constexpr std::string_view name = "KernelListing";
  static constexpr auto fields = std::tuple(field("links", &engine::KernelListing::links),
                                            field("addresses", &engine::KernelListing::addresses));
};

template <>
struct Description<engine::StaleAddress> {
  static constexpr std::string_view name = "StaleAddress";
  static constexpr auto fields =
      std::tuple(field("ifIndex", &engine::StaleAddress::ifIndex),
                 field("address", &engine::StaleAddress::address),
                 field("prefixLength", &engine::StaleAddress::prefixLength));
};

template <>
struct Description<engine::FailedRemoval> {
  static constexpr std::string_view name = "FailedRemoval";
  static constexpr auto fields =
      std::tuple(field("address", &engine::FailedRemoval::address),
                 field("errorNumber", &engine::FailedRemoval::errorNumber));
};

template <>
struct Description<engine::CleanupReport> {
  static constexpr std::string_view name = "CleanupReport";
  static constexpr auto fields = std::tuple(field("removed", &engine::CleanupReport::removed),
                                            field("failed", &engine::CleanupReport::failed));
};

template <>
struct Description<engine::CleanupRequest> {
  static constexpr std::string_view name = "CleanupRequest";
  static constexpr auto fields = std::tuple(field("addresses", &engine::CleanupRequest::addresses),
                                            field("limit", &engine::CleanupRequest::limit));
};

template <>
struct UnionName<engine::EngineEvent> {
  static constexpr std::string_view name = "EngineEvent";
};

}  // namespace failoverd::core
