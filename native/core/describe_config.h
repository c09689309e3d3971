#pragma once

#include "core/config.h"
#include "core/describe.h"

namespace failoverd::core {

template <>
struct EnumNames<VrrpVersion> {
  static constexpr std::string_view name = "VrrpVersion";
  static constexpr auto names = words("v2", "v3");
};

template <>
struct EnumNames<AuthKind> {
  static constexpr std::string_view name = "AuthKind";
  static constexpr auto names = words("none", "pass", "ah", "hmac");
};

template <>
struct EnumNames<HmacMode> {
  static constexpr std::string_view name = "HmacMode";
  static constexpr auto names = words("enforce", "permissive", "receiveOnly");
};

template <>
struct EnumNames<AntiReplay> {
  static constexpr std::string_view name = "AntiReplay";
  static constexpr auto names = words("time", "monotonic");
};

template <>
struct EnumNames<OldUnicastChecksum> {
  static constexpr std::string_view name = "OldUnicastChecksum";
  static constexpr auto names = words("never", "whenHeard", "always");
};

template <>
struct Description<HmacKey> {
  static constexpr std::string_view name = "HmacKey";
  static constexpr auto fields =
      std::tuple(field("id", &HmacKey::id), field("size", &HmacKey::size),
                 secretField("secret", &HmacKey::secret));
};

template <>
struct Description<AuthConfig> {
  static constexpr std::string_view name = "AuthConfig";
  static constexpr auto fields =
      std::tuple(field("kind", &AuthConfig::kind), secretField("password", &AuthConfig::password),
                 field("activeKey", &AuthConfig::activeKey), field("mode", &AuthConfig::mode),
                 field("antiReplay", &AuthConfig::antiReplay),
                 field("timeWindow", &AuthConfig::timeWindow), field("keys", &AuthConfig::keys));
};

template <>
struct Description<AddressConfig> {
  static constexpr std::string_view name = "AddressConfig";
  static constexpr auto fields = std::tuple(
      field("address", &AddressConfig::address),
      field("prefixLength", &AddressConfig::prefixLength),
      field("interfaceName", &AddressConfig::interfaceName),
      field("advertised", &AddressConfig::advertised), field("scope", &AddressConfig::scope),
      field("label", &AddressConfig::label), field("broadcast", &AddressConfig::broadcast),
      field("peer", &AddressConfig::peer), field("flags", &AddressConfig::flags),
      field("preferredLifetime", &AddressConfig::preferredLifetime),
      field("track", &AddressConfig::track), field("announceExtra", &AddressConfig::announceExtra));
};

template <>
struct EnumNames<ObjectKind> {
  static constexpr std::string_view name = "ObjectKind";
  static constexpr auto names = words("address", "route", "rule", "filter");
};

template <>
struct Description<ObjectKey> {
  static constexpr std::string_view name = "ObjectKey";
  static constexpr auto fields =
      std::tuple(field("kind", &ObjectKey::kind), field("family", &ObjectKey::family),
                 field("destination", &ObjectKey::destination),
                 field("prefixLength", &ObjectKey::prefixLength), field("table", &ObjectKey::table),
                 field("priority", &ObjectKey::priority));
};

template <>
struct Description<ObjectDevice> {
  static constexpr std::string_view name = "ObjectDevice";
  static constexpr auto fields = std::tuple(field("interfaceName", &ObjectDevice::interfaceName),
                                            field("addOffset", &ObjectDevice::addOffset),
                                            field("removeOffset", &ObjectDevice::removeOffset));
};

template <>
struct Description<ObjectConfig> {
  static constexpr std::string_view name = "ObjectConfig";
  static constexpr auto fields =
      std::tuple(field("key", &ObjectConfig::key), field("add", &ObjectConfig::add),
                 field("remove", &ObjectConfig::remove), field("devices", &ObjectConfig::devices),
                 field("track", &ObjectConfig::track));
};

template <>
struct Description<TrackerUse> {
  static constexpr std::string_view name = "TrackerUse";
  static constexpr auto fields =
      std::tuple(field("tracker", &TrackerUse::tracker), field("weight", &TrackerUse::weight),
                 field("reverse", &TrackerUse::reverse));
};

template <>
struct Description<InterfaceUse> {
  static constexpr std::string_view name = "InterfaceUse";
  static constexpr auto fields =
      std::tuple(field("interfaceName", &InterfaceUse::interfaceName),
                 field("weight", &InterfaceUse::weight), field("reverse", &InterfaceUse::reverse));
};

template <>
struct Description<UnicastPeer> {
  static constexpr std::string_view name = "UnicastPeer";
  static constexpr auto fields =
      std::tuple(field("address", &UnicastPeer::address), field("minTtl", &UnicastPeer::minTtl),
                 field("maxTtl", &UnicastPeer::maxTtl));
};

template <>
struct Description<AnnounceConfig> {
  static constexpr std::string_view name = "AnnounceConfig";
  static constexpr auto fields =
      std::tuple(field("repeat", &AnnounceConfig::repeat), field("delay", &AnnounceConfig::delay),
                 field("refresh", &AnnounceConfig::refresh),
                 field("refreshRepeat", &AnnounceConfig::refreshRepeat),
                 field("lowerPriorityRepeat", &AnnounceConfig::lowerPriorityRepeat),
                 field("lowerPriorityDelay", &AnnounceConfig::lowerPriorityDelay),
                 field("extraInterval", &AnnounceConfig::extraInterval));
};

template <>
struct Description<AnnounceLimit> {
  static constexpr std::string_view name = "AnnounceLimit";
  static constexpr auto fields = std::tuple(field("interfaces", &AnnounceLimit::interfaces),
                                            field("garpInterval", &AnnounceLimit::garpInterval),
                                            field("gnaInterval", &AnnounceLimit::gnaInterval));
};

template <>
struct Description<LinkDelay> {
  static constexpr std::string_view name = "LinkDelay";
  static constexpr auto fields =
      std::tuple(field("interfaceName", &LinkDelay::interfaceName), field("down", &LinkDelay::down),
                 field("up", &LinkDelay::up));
};

template <>
struct Description<InstanceConfig> {
  static constexpr std::string_view name = "InstanceConfig";
  static constexpr auto fields = std::tuple(
      field("id", &InstanceConfig::id), field("name", &InstanceConfig::name),
      field("revision", &InstanceConfig::revision), field("family", &InstanceConfig::family),
      field("version", &InstanceConfig::version), field("vrid", &InstanceConfig::vrid),
      field("interfaceName", &InstanceConfig::interfaceName),
      field("vmacName", &InstanceConfig::vmacName),
      field("transmitOnBase", &InstanceConfig::transmitOnBase),
      field("basePriority", &InstanceConfig::basePriority),
      field("wantMaster", &InstanceConfig::wantMaster),
      field("advertInterval", &InstanceConfig::advertInterval),
      field("downTimerAdverts", &InstanceConfig::downTimerAdverts),
      field("sourceAddress", &InstanceConfig::sourceAddress),
      field("trackSource", &InstanceConfig::trackSource),
      field("multicastGroup", &InstanceConfig::multicastGroup),
      field("unicastPeers", &InstanceConfig::unicastPeers),
      field("unicast", &InstanceConfig::unicast), field("unicastTtl", &InstanceConfig::unicastTtl),
      field("checkUnicastSource", &InstanceConfig::checkUnicastSource),
      field("preempt", &InstanceConfig::preempt),
      field("preemptDelay", &InstanceConfig::preemptDelay),
      field("lowerPriorityNoAdvert", &InstanceConfig::lowerPriorityNoAdvert),
      field("higherPrioritySendAdvert", &InstanceConfig::higherPrioritySendAdvert),
      field("ownerIgnoreAdverts", &InstanceConfig::ownerIgnoreAdverts),
      field("skipCheckAdvertAddresses", &InstanceConfig::skipCheckAdvertAddresses),
      field("v3ChecksumAsV2", &InstanceConfig::v3ChecksumAsV2),
      field("oldUnicastChecksum", &InstanceConfig::oldUnicastChecksum),
      field("strict", &InstanceConfig::strict), field("quick", &InstanceConfig::quick),
      field("trackPrimary", &InstanceConfig::trackPrimary), field("gate", &InstanceConfig::gate),
      field("neverNobody", &InstanceConfig::neverNobody), field("auth", &InstanceConfig::auth),
      field("announce", &InstanceConfig::announce), field("trackers", &InstanceConfig::trackers),
      field("interfaces", &InstanceConfig::interfaces),
      field("addresses", &InstanceConfig::addresses), field("objects", &InstanceConfig::objects),
      field("filters", &InstanceConfig::filters));
};

template <>
struct Description<GroupConfig> {
  static constexpr std::string_view name = "GroupConfig";
  static constexpr auto fields = std::tuple(
      field("id", &GroupConfig::id), field("name", &GroupConfig::name),
      field("revision", &GroupConfig::revision), field("members", &GroupConfig::members),
      field("trackers", &GroupConfig::trackers), field("interfaces", &GroupConfig::interfaces));
};

template <>
struct EnumNames<TrackerKind> {
  static constexpr std::string_view name = "TrackerKind";
  static constexpr auto names = words("script", "file", "process", "probe");
};

template <>
struct Description<TrackerConfig> {
  static constexpr std::string_view name = "TrackerConfig";
  static constexpr auto fields = std::tuple(
      field("id", &TrackerConfig::id), field("name", &TrackerConfig::name),
      field("revision", &TrackerConfig::revision), field("kind", &TrackerConfig::kind),
      field("quorum", &TrackerConfig::quorum), field("quorumMax", &TrackerConfig::quorumMax),
      field("forkDelay", &TrackerConfig::forkDelay),
      field("terminateDelay", &TrackerConfig::terminateDelay));
};

}  // namespace failoverd::core
