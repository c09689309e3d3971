#include "addon/system.h"

#include <algorithm>
#include <string>
#include <vector>

#include "addon/environment.h"
#include "engine/kernel_listing.h"
#include "linux/address_cleanup.h"
#include "linux/child_shield.h"
#include "linux/enter_namespace.h"
#include "linux/give_back.h"
#include "linux/netlink_exchange.h"
#include "linux/notify_socket.h"
#include "linux/reap.h"

namespace failoverd::addon {

namespace {

Napi::Value enterNamespace(const Napi::CallbackInfo& info) {
  const auto entered = os::enterNetNamespace(info[0].ToString().Utf8Value());
  if (!entered) throwSystem(info.Env(), "setns", entered.error().number);
  return info.Env().Undefined();
}

Napi::Value shieldChildren(const Napi::CallbackInfo& info) {
  os::shieldChildren();
  return info.Env().Undefined();
}

Napi::Value giveBackMemory(const Napi::CallbackInfo& info) {
  os::giveBackMemory();
  return info.Env().Undefined();
}

Napi::Value reap(const Napi::CallbackInfo& info) {
  core::Storage storage;
  std::int32_t pid = 0;
  if (!decode(info.Env(), info[0], "pid", storage, pid)) return {};
  return Napi::Boolean::New(info.Env(), os::reap(pid));
}

Napi::Value openProcessConnector(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  environment.openProcessEvents();
  return Napi::Number::New(info.Env(), environment.processEventsError);
}

Napi::Value sendDatagram(const Napi::CallbackInfo& info) {
  core::Storage storage;
  core::ByteView bytes;
  if (!decode(info.Env(), info[1], "bytes", storage, bytes)) return {};
  const auto sent = os::sendDatagram(info[0].ToString().Utf8Value(), bytes);
  return Napi::Number::New(info.Env(), sent ? 0 : sent.error().number);
}

engine::FoundAddress found(const os::AddressSeen& seen) {
  return {seen.ifIndex, seen.address, seen.prefixLength, seen.ours()};
}

Napi::Value listKernel(const Napi::CallbackInfo& info) {
  core::Storage storage;
  Duration limit;
  if (!decode(info.Env(), info[0], "limit", storage, limit)) return {};
  const auto list = os::listKernel(limit);
  if (!list) {
    throwSystem(info.Env(), "rtnetlink", list.error().number);
    return {};
  }
  engine::KernelListing listing;
  for (const auto& link : list.value().links) {
    const auto name = core::InterfaceName::from(link.name.view());
    listing.links.push_back(
        {link.ifIndex, name.value_or(core::InterfaceName()), link.up, link.running});
  }
  std::ranges::transform(list.value().addresses, std::back_inserter(listing.addresses), found);
  return encode(info.Env(), listing);
}

Napi::Value removeAddresses(const Napi::CallbackInfo& info) {
  core::Storage storage;
  engine::CleanupRequest request;
  if (!decode(info.Env(), info[0], "request", storage, request)) return {};
  std::vector<os::StaleAddress> stale;
  stale.reserve(request.addresses.size());
  for (const auto& one : request.addresses) {
    stale.push_back({one.ifIndex.value_or(kNoInterface), one.address, one.prefixLength});
  }
  const auto done = os::removeAddresses(stale, request.limit);
  if (!done) {
    throwSystem(info.Env(), "rtnetlink", done.error().number);
    return {};
  }
  engine::CleanupReport report;
  std::ranges::transform(done.value().removed, std::back_inserter(report.removed), found);
  for (const auto& failure : done.value().failed) {
    report.failed.push_back({found(failure.address), failure.errorNumber});
  }
  return encode(info.Env(), report);
}

// (protocol, message, limit) -> {errorNumber, messages}.
Napi::Value exchangeNetlink(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  core::Storage storage;
  std::int32_t protocol = 0;
  core::ByteView message;
  Duration limit;
  if (!decode(env, info[0], "protocol", storage, protocol)) return {};
  if (!decode(env, info[1], "message", storage, message)) return {};
  if (!decode(env, info[2], "limit", storage, limit)) return {};
  const auto reply = os::exchange(protocol, message, limit);
  if (!reply) {
    throwSystem(env, "netlink", reply.error().number);
    return {};
  }
  auto result = Napi::Object::New(env);
  result.Set("errorNumber", Napi::Number::New(env, reply.value().errorNumber));
  const auto& messages = reply.value().messages;
  auto list = Napi::Array::New(env, messages.size());
  for (std::uint32_t i = 0; i < messages.size(); ++i) {
    auto bytes = Napi::Uint8Array::New(env, messages[i].size());
    std::ranges::copy(messages[i], bytes.Data());
    list.Set(i, bytes);
  }
  result.Set("messages", list);
  return result;
}

}  // namespace

void defineSystem(Napi::Env env, Napi::Object exports) {
  const auto define = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  define("enterNamespace", enterNamespace);
  define("openProcessConnector", openProcessConnector);
  define("shieldChildren", shieldChildren);
  define("giveBackMemory", giveBackMemory);
  define("reap", reap);
  define("sendDatagram", sendDatagram);
  define("listKernel", listKernel);
  define("removeAddresses", removeAddresses);
  define("exchangeNetlink", exchangeNetlink);
}

}  // namespace failoverd::addon
