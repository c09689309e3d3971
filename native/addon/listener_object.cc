#include "addon/listener_object.h"

#include <array>
#include <string>

#include "addon/environment.h"
#include "engine/overheard.h"
#include "engine/probe.h"

namespace failoverd::addon {

namespace {

// So that JavaScript gets its turn in a flood.
constexpr std::uint32_t kMostFrames = 1000;

}  // namespace

Napi::Function ListenerObject::define(Napi::Env env) {
  return DefineClass(env, "Listener",
                     {
                         InstanceMethod<&ListenerObject::mac>("mac"),
                         InstanceMethod<&ListenerObject::drain>("drain"),
                         InstanceMethod<&ListenerObject::dropped>("dropped"),
                         InstanceMethod<&ListenerObject::probe>("probe"),
                         InstanceMethod<&ListenerObject::close>("close"),
                     });
}

ListenerObject::ListenerObject(const Napi::CallbackInfo& info)
    : Napi::ObjectWrap<ListenerObject>(info) {
  const bool claims = info[1].ToBoolean().Value();
  auto opened = os::FrameListener::open(info[0].ToString().Utf8Value(),
                                        claims ? os::Hears::claimsOfOthers : os::Hears::everything);
  if (!opened) {
    throwSystem(info.Env(), "listen", opened.error().number);
    return;
  }
  listener_ = std::move(opened.value());
}

bool ListenerObject::usable(Napi::Env env) {
  if (!listener_) throwError(env, "LISTENER_CLOSED", "the listener is closed");
  return listener_.has_value();
}

Napi::Value ListenerObject::mac(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  return Napi::String::New(info.Env(), listener_->mac().toString());
}

Napi::Value ListenerObject::drain(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  const auto list = Napi::Array::New(info.Env());
  for (std::uint32_t count = 0; count < kMostFrames;) {
    const Napi::HandleScope scope(info.Env());
    const auto frame = listener_->receive();
    if (!frame) {
      throwSystem(info.Env(), "recvmsg", frame.error().number);
      return {};
    }
    if (!frame.value()) break;
    auto heard = engine::overhear(frame.value()->bytes);
    if (!heard.advert && !heard.claim) continue;
    heard.utcMicros = frame.value()->utcMicros;
    heard.outgoing = frame.value()->outgoing;
    list.Set(count++, encode(info.Env(), heard));
  }
  return list;
}

Napi::Value ListenerObject::dropped(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  return Napi::Number::New(info.Env(), listener_->takeDropped());
}

Napi::Value ListenerObject::probe(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  core::Storage storage;
  IpAddress address;
  if (!decode(info.Env(), info[0], "address", storage, address)) return {};
  engine::ProbeFrame frame;
  const auto sent = listener_->send(engine::emitProbe(listener_->mac(), address, frame));
  if (!sent) throwSystem(info.Env(), "send", sent.error().number);
  return info.Env().Undefined();
}

Napi::Value ListenerObject::close(const Napi::CallbackInfo& info) {
  listener_.reset();
  return info.Env().Undefined();
}

}  // namespace failoverd::addon
