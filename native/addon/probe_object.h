#pragma once

#include <napi.h>

#include <optional>

#include "linux/probe_socket.h"

namespace failoverd::addon {

// A probe for JavaScript, on JavaScript's own thread: nothing in it waits.
//
//   new ProbeSocket('echo' | 'neighbor', address, interface)   throws the system's error
//   ask(sequence) -> 0 or an errno
//   isAnswered(sequence) -> boolean
//   close()
class ProbeObject : public Napi::ObjectWrap<ProbeObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ProbeObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value ask(const Napi::CallbackInfo& info);
  Napi::Value isAnswered(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

  std::optional<os::ProbeSocket> socket_;
};

}  // namespace failoverd::addon
