#include <napi.h>

#include "addon/core_object.h"
#include "addon/crossing.h"
#include "addon/engine_object.h"
#include "addon/environment.h"
#include "addon/listener_object.h"
#include "addon/probe_object.h"
#include "addon/schema.h"
#include "addon/system.h"
#include "linux/give_back.h"

namespace failoverd::addon {

namespace {

Napi::Value describe(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), schema());
}

Napi::Object buildInfo(Napi::Env env) {
  auto info = Napi::Object::New(env);
  info.Set("compiler", __VERSION__);
#if defined(__SANITIZE_ADDRESS__)
  info.Set("sanitizer", "address");
#elif defined(__SANITIZE_THREAD__)
  info.Set("sanitizer", "thread");
#else
  info.Set("sanitizer", "");
#endif
  info.Set("nodeApi", Napi::Number::New(env, NAPI_VERSION));
  return info;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  os::giveBackAtOnce();
  auto* environment = new Environment(env);
  env.SetInstanceData(environment);
  const auto nothing = Napi::Array::New(env);
  napi_object_freeze(env, nothing);
  environment->nothing = Napi::Persistent(nothing);

  exports.Set("describe", Napi::Function::New(env, describe, "describe"));
  exports.Set("Core", CoreObject::define(env));
  exports.Set("Engine", EngineObject::define(env));
  exports.Set("Listener", ListenerObject::define(env));
  exports.Set("ProbeSocket", ProbeObject::define(env));
  exports.Set("buildInfo", buildInfo(env));
  defineCrossing(env, exports);
  defineSystem(env, exports);
  stopAtExit(env);
  return exports;
}

}  // namespace

NODE_API_MODULE(failoverd, init)

}  // namespace failoverd::addon
