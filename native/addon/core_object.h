#pragma once

#include <napi.h>

#include "core/core.h"

namespace failoverd::addon {

// The protocol core for JavaScript: simulator, conformance tests and replay drive it with a clock
// of their own. The law of the loop holds here as in the engine, and breaking it throws.
//
//   new Core(options)
//   handle(at, input)    advance(at)    nextDeadline() -> number | undefined
//   drain() -> Output[]  snapshot(at) -> CoreSnapshot  bequeath() -> Inherit or undefined
class CoreObject : public Napi::ObjectWrap<CoreObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit CoreObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value handle(const Napi::CallbackInfo& info);
  Napi::Value advance(const Napi::CallbackInfo& info);
  Napi::Value nextDeadline(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value snapshot(const Napi::CallbackInfo& info);
  Napi::Value bequeath(const Napi::CallbackInfo& info);
  // The first argument as an instant, when everything has been drained.
  std::optional<Instant> ready(const Napi::CallbackInfo& info);

  std::optional<core::Core> core_;
  bool drained_ = true;
};

}  // namespace failoverd::addon
