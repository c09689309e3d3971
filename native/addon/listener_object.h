#pragma once

#include <napi.h>

#include <optional>

#include "linux/frame_listener.h"

namespace failoverd::addon {

// A pair of ears on one Ethernet interface, without an engine.
//
//   new Listener(interface, claimsOfOthers)  throws the system's error (ENODEV, EPERM,
//                               EMEDIUMTYPE); true: nothing but ARP and neighbour advertisements
//                               of other hosts
//   mac() -> string             of the interface
//   drain() -> OverheardFrame[] what has come since the last call, at most a thousand
//   dropped() -> number         frames that the kernel had no room for since the last call
//   probe(address)              asks the segment who has that address; throws the system's error
//   close()
class ListenerObject : public Napi::ObjectWrap<ListenerObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ListenerObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value mac(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value dropped(const Napi::CallbackInfo& info);
  Napi::Value probe(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  // False, and a pending exception, after close().
  bool usable(Napi::Env env);

  std::optional<os::FrameListener> listener_;
};

}  // namespace failoverd::addon
