#pragma once

#include <napi.h>

#include <memory>

#include "engine/engine.h"

namespace failoverd::addon {

// The real-time thread for JavaScript. One in a process; a second `new` throws ENGINE_RUNNING.
//
//   new Engine(options)         throws the system's error when the thread cannot be started
//   send(commands) -> number    all or nothing; throws ENGINE_BUSY when the mailbox is full
//   bell() -> fd                readable when there is something to drain; the caller's to close
//   drain() -> EventRecord[]    all there are, in order
//   alive()                     JavaScript is there
//   requestSnapshot() -> token  throws ENGINE_BUSY when too many are on their way
//   takeSnapshots() -> {token, snapshot}[]  those that are complete; the bell rings for each part
//   record() -> string[]        the flight recorder as JSON lines
//   willFd() -> fd              what a guardian is given; stays the engine's
//   prepareHandOver() -> {memory, line}, descriptors for the process that is to follow
//   handOver(patience)          offers it what there is; the event HandedOver tells
//   watchRuleset()              changes of nftables are told from here on (RulesetChanged)
//   finished() -> boolean       after Stopped: the thread has given everything back
//   close(limit) -> boolean     joins the thread; false: it still runs after `limit` microseconds
class EngineObject : public Napi::ObjectWrap<EngineObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineObject(const Napi::CallbackInfo& info);
  ~EngineObject() override;

 private:
  Napi::Value send(const Napi::CallbackInfo& info);
  Napi::Value bell(const Napi::CallbackInfo& info);
  Napi::Value drain(const Napi::CallbackInfo& info);
  Napi::Value alive(const Napi::CallbackInfo& info);
  Napi::Value requestSnapshot(const Napi::CallbackInfo& info);
  Napi::Value takeSnapshots(const Napi::CallbackInfo& info);
  Napi::Value record(const Napi::CallbackInfo& info);
  Napi::Value willFd(const Napi::CallbackInfo& info);
  Napi::Value prepareHandOver(const Napi::CallbackInfo& info);
  Napi::Value handOver(const Napi::CallbackInfo& info);
  Napi::Value watchRuleset(const Napi::CallbackInfo& info);
  Napi::Value finished(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  // False, and a pending exception, after close().
  bool usable(Napi::Env env);
  void start(Napi::Env env, const engine::EngineOptions& options);
  void takePart(Napi::Env env, const engine::Picture& picture);

  std::unique_ptr<engine::Engine> engine_;
  engine::Bequest* bequest_ = nullptr;  // the engine's
  Napi::ObjectReference growing_;       // the snapshot whose parts are coming
};

// Says goodbye when the process exits without having closed its engine (process.exit, an
// uncaught exception).
void stopAtExit(Napi::Env env);

}  // namespace failoverd::addon
