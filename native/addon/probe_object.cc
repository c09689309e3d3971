#include "addon/probe_object.h"

#include <string>

#include "addon/environment.h"

namespace failoverd::addon {
namespace {

std::uint16_t sequenceOf(const Napi::CallbackInfo& info) {
  return static_cast<std::uint16_t>(info[0].ToNumber().Uint32Value());
}

}  // namespace

Napi::Function ProbeObject::define(Napi::Env env) {
  return DefineClass(env, "ProbeSocket",
                     {
                         InstanceMethod<&ProbeObject::ask>("ask"),
                         InstanceMethod<&ProbeObject::isAnswered>("isAnswered"),
                         InstanceMethod<&ProbeObject::close>("close"),
                     });
}

ProbeObject::ProbeObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ProbeObject>(info) {
  const bool echo = info[0].ToString().Utf8Value() == "echo";
  const auto target = IpAddress::parse(info[1].ToString().Utf8Value());
  if (!target) {
    throwInvalid(info.Env(), "address", "is not an IP address");
    return;
  }
  const auto kind = echo ? os::ProbeKind::echo : os::ProbeKind::neighbor;
  auto opened = os::ProbeSocket::open(kind, *target, info[2].ToString().Utf8Value());
  if (!opened) {
    throwSystem(info.Env(), "socket", opened.error().number);
    return;
  }
  socket_ = std::move(opened.value());
}

Napi::Value ProbeObject::ask(const Napi::CallbackInfo& info) {
  const auto sent = socket_ ? socket_->ask(sequenceOf(info)) : os::SysResult<>(os::Errno{EBADF});
  return Napi::Number::New(info.Env(), sent ? 0 : sent.error().number);
}

Napi::Value ProbeObject::isAnswered(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), socket_ && socket_->isAnswered(sequenceOf(info)));
}

Napi::Value ProbeObject::close(const Napi::CallbackInfo& info) {
  socket_.reset();
  return info.Env().Undefined();
}

}  // namespace failoverd::addon
