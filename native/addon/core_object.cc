#include "addon/core_object.h"

#include "addon/environment.h"
#include "linux/openssl_digests.h"

namespace failoverd::addon {

Napi::Function CoreObject::define(Napi::Env env) {
  return DefineClass(env, "Core",
                     {
                         InstanceMethod<&CoreObject::handle>("handle"),
                         InstanceMethod<&CoreObject::advance>("advance"),
                         InstanceMethod<&CoreObject::nextDeadline>("nextDeadline"),
                         InstanceMethod<&CoreObject::drain>("drain"),
                         InstanceMethod<&CoreObject::snapshot>("snapshot"),
                         InstanceMethod<&CoreObject::bequeath>("bequeath"),
                     });
}

CoreObject::CoreObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CoreObject>(info) {
  core::Storage storage;
  core::CoreOptions options;
  if (!decode(info.Env(), info[0], "options", storage, options)) return;
  core_.emplace(options, os::opensslDigests());
}

std::optional<Instant> CoreObject::ready(const Napi::CallbackInfo& info) {
  if (!drained_) {
    throwError(info.Env(), "NOT_DRAINED", "drain() the outputs before the next input");
    return std::nullopt;
  }
  return instantOf(info.Env(), info[0], "at");
}

Napi::Value CoreObject::handle(const Napi::CallbackInfo& info) {
  const auto at = ready(info);
  core::Storage storage;
  core::Input input;
  if (!at || !decode(info.Env(), info[1], "input", storage, input)) return {};
  core_->handle(*at, input);
  drained_ = false;
  return {};
}

Napi::Value CoreObject::advance(const Napi::CallbackInfo& info) {
  const auto at = ready(info);
  if (!at) return {};
  core_->advance(*at);
  drained_ = false;
  return {};
}

Napi::Value CoreObject::nextDeadline(const Napi::CallbackInfo& info) {
  const auto deadline = core_->nextDeadline();
  if (deadline == Instant::never()) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(deadline.micros));
}

Napi::Value CoreObject::drain(const Napi::CallbackInfo& info) {
  auto& environment = Environment::of(info.Env());
  drained_ = true;
  auto output = core_->drain();
  if (!output) return environment.nothing.Value();
  auto list = Napi::Array::New(info.Env());
  Encoder encoder(info.Env(), environment.vocabulary);
  for (std::uint32_t i = 0; output; output = core_->drain(), ++i) {
    const Napi::HandleScope scope(info.Env());
    napi_set_element(info.Env(), list, i, encoder.encode(*output));
  }
  return list;
}

Napi::Value CoreObject::snapshot(const Napi::CallbackInfo& info) {
  const auto at = instantOf(info.Env(), info[0], "at");
  if (!at) return {};
  return encode(info.Env(), core_->snapshot(*at));
}

Napi::Value CoreObject::bequeath(const Napi::CallbackInfo& info) {
  const auto told = core_->bequeath();
  if (!told) return info.Env().Undefined();
  return encode(info.Env(), core::Input(*told));
}

}  // namespace failoverd::addon
