#pragma once

#include "core/describe.h"
#include "core/outputs.h"

namespace failoverd::core {

template <>
struct Description<SendAdvert> {
  static constexpr std::string_view name = "SendAdvert";
  static constexpr auto fields = std::tuple(
      field("instance", &SendAdvert::instance), field("ifIndex", &SendAdvert::ifIndex),
      field("source", &SendAdvert::source), field("destination", &SendAdvert::destination),
      field("ttl", &SendAdvert::ttl), field("priority", &SendAdvert::priority),
      field("withIpHeader", &SendAdvert::withIpHeader), field("bytes", &SendAdvert::bytes));
};

template <>
struct Description<Listen> {
  static constexpr std::string_view name = "Listen";
  static constexpr auto fields =
      std::tuple(field("instance", &Listen::instance), field("vrid", &Listen::vrid),
                 field("ifIndex", &Listen::ifIndex), field("family", &Listen::family),
                 field("address", &Listen::address), field("unicast", &Listen::unicast),
                 field("ah", &Listen::ah));
};

template <>
struct Description<Unlisten> {
  static constexpr std::string_view name = "Unlisten";
  static constexpr auto fields = std::tuple(field("instance", &Unlisten::instance));
};

template <>
struct Description<AddAddress> {
  static constexpr std::string_view name = "AddAddress";
  static constexpr auto fields =
      std::tuple(field("request", &AddAddress::request), field("instance", &AddAddress::instance),
                 field("ifIndex", &AddAddress::ifIndex), field("address", &AddAddress::address));
};

template <>
struct Description<RemoveAddress> {
  static constexpr std::string_view name = "RemoveAddress";
  static constexpr auto fields = std::tuple(
      field("request", &RemoveAddress::request), field("instance", &RemoveAddress::instance),
      field("ifIndex", &RemoveAddress::ifIndex), field("address", &RemoveAddress::address),
      field("prefixLength", &RemoveAddress::prefixLength));
};

template <>
struct Description<RequestObject> {
  static constexpr std::string_view name = "RequestObject";
  static constexpr auto fields =
      std::tuple(field("request", &RequestObject::request),
                 field("instance", &RequestObject::instance), field("key", &RequestObject::key),
                 field("add", &RequestObject::add), field("bytes", &RequestObject::bytes));
};

template <>
struct Description<Announce> {
  static constexpr std::string_view name = "Announce";
  static constexpr auto fields =
      std::tuple(field("instance", &Announce::instance), field("ifIndex", &Announce::ifIndex),
                 field("address", &Announce::address), field("mac", &Announce::mac));
};

}  // namespace failoverd::core
