#include "addon/engine_object.h"

#include <atomic>
#include <cstdlib>
#include <utility>

#include "addon/environment.h"
#include "linux/clock.h"

namespace failoverd::addon {

namespace {

// The engine of this process, whichever environment made it.
std::atomic<engine::Engine*> running = nullptr;

// How long an exiting process waits for goodbyes and for addresses to be removed.
constexpr Duration kExitLimit = Duration::ofSeconds(2);

void leave() {
  auto* engine = running.load();
  if (engine == nullptr || engine->finished()) return;
  engine->stopUrgently();
  engine->join(kExitLimit);
}

}  // namespace

void stopAtExit(Napi::Env env) {
  static std::atomic<bool> registered = false;
  if (!registered.exchange(true)) std::atexit(&leave);
  env.AddCleanupHook(&leave);
}

Napi::Function EngineObject::define(Napi::Env env) {
  return DefineClass(env, "Engine",
                     {
                         InstanceMethod<&EngineObject::send>("send"),
                         InstanceMethod<&EngineObject::bell>("bell"),
                         InstanceMethod<&EngineObject::drain>("drain"),
                         InstanceMethod<&EngineObject::alive>("alive"),
                         InstanceMethod<&EngineObject::requestSnapshot>("requestSnapshot"),
                         InstanceMethod<&EngineObject::takeSnapshots>("takeSnapshots"),
                         InstanceMethod<&EngineObject::record>("record"),
                         InstanceMethod<&EngineObject::willFd>("willFd"),
                         InstanceMethod<&EngineObject::prepareHandOver>("prepareHandOver"),
                         InstanceMethod<&EngineObject::handOver>("handOver"),
                         InstanceMethod<&EngineObject::watchRuleset>("watchRuleset"),
                         InstanceMethod<&EngineObject::finished>("finished"),
                         InstanceMethod<&EngineObject::close>("close"),
                     });
}

EngineObject::EngineObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineObject>(info) {
  core::Storage storage;
  engine::EngineOptions options;
  if (!decode(info.Env(), info[0], "options", storage, options)) return;
  if (running.load() != nullptr) {
    throwError(info.Env(), "ENGINE_RUNNING",
               "an engine runs in this process already; close it before another is made");
    return;
  }
  start(info.Env(), options);
}

void EngineObject::start(Napi::Env env, const engine::EngineOptions& options) {
  auto& environment = Environment::of(env);
  // It may be open from before the namespace was entered.
  if (options.processEvents) {
    environment.openProcessEvents();
  } else {
    environment.processEventsError = ENOSYS;
  }
  auto started = engine::Engine::start(options, std::exchange(environment.processEvents, {}),
                                       environment.processEventsError);
  if (const auto* failure = std::get_if<engine::StartFailure>(&started)) {
    throwSystem(env, std::string(failure->step).c_str(), failure->errorNumber);
    return;
  }
  engine_ = std::move(*std::get_if<std::unique_ptr<engine::Engine>>(&started));
  engine_->mailbox().heard(os::now());
  running.store(engine_.get());
  Ref();  // a running engine is not collected
}

EngineObject::~EngineObject() {
  if (engine_ == nullptr) return;
  leave();
  running.store(nullptr);
}

bool EngineObject::usable(Napi::Env env) {
  if (engine_ == nullptr) throwError(env, "ENGINE_CLOSED", "the engine is closed");
  return engine_ != nullptr;
}

Napi::Value EngineObject::send(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  core::Storage storage;
  std::vector<core::Command> commands;
  if (!decode(info.Env(), info[0], "commands", storage, commands)) return {};
  std::vector<core::Input> inputs;
  inputs.reserve(commands.size());
  for (auto& command : commands) {
    std::visit([&](auto& one) { inputs.emplace_back(std::move(one)); }, command);
  }
  auto& mailbox = engine_->mailbox();
  mailbox.heard(os::now());
  const auto sequence = mailbox.send(std::move(inputs));
  if (sequence == 0) {
    throwError(info.Env(), "ENGINE_BUSY", "the engine's mailbox is full; nothing was accepted");
    return {};
  }
  return Napi::Number::New(info.Env(), static_cast<double>(sequence));
}

Napi::Value EngineObject::bell(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  return Napi::Number::New(info.Env(), engine_->mailbox().takeBellFd());
}

Napi::Value EngineObject::drain(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  auto& mailbox = engine_->mailbox();
  mailbox.heard(os::now());
  auto list = Napi::Array::New(info.Env());
  Encoder encoder(info.Env(), Environment::of(info.Env()).vocabulary);
  std::uint32_t count = 0;
  mailbox.drainEvents([&](const engine::EventRecord& record) {
    const Napi::HandleScope scope(info.Env());
    napi_set_element(info.Env(), list, count++, encoder.encode(record));
  });
  return list;
}

Napi::Value EngineObject::alive(const Napi::CallbackInfo& info) {
  if (usable(info.Env())) engine_->mailbox().heard(os::now());
  return {};
}

Napi::Value EngineObject::requestSnapshot(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  const auto token = engine_->mailbox().requestPicture();
  if (token == 0) throwError(info.Env(), "ENGINE_BUSY", "too many snapshots are on their way");
  return Napi::Number::New(info.Env(), static_cast<double>(token));
}

Napi::Value EngineObject::takeSnapshots(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  auto list = Napi::Array::New(info.Env());
  engine_->mailbox().takePictures([&](const engine::Picture& picture) {
    takePart(info.Env(), picture);
    if (!picture.complete) return;
    auto one = Napi::Object::New(info.Env());
    one.Set("token", Napi::Number::New(info.Env(), static_cast<double>(picture.token)));
    one.Set("snapshot", growing_.Value());
    growing_.Reset();
    list.Set(list.Length(), one);
  });
  return list;
}

void EngineObject::takePart(Napi::Env env, const engine::Picture& picture) {
  if (picture.part == 0) {
    growing_ = Napi::Persistent(encode(env, picture.snapshot).As<Napi::Object>());
    return;
  }
  const auto& part = picture.snapshot.core;
  auto whole = growing_.Value().Get("core").As<Napi::Object>();
  auto instances = whole.Get("instances").As<Napi::Array>();
  auto count = instances.Length();
  for (const auto& one : part.instances) {
    const Napi::HandleScope scope(env);
    instances.Set(count++, encode(env, one));
  }
  whole.Set("at", encode(env, part.at));
}

Napi::Value EngineObject::record(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  return encode(info.Env(), engine_->recorder().lines());
}

Napi::Value EngineObject::willFd(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  return Napi::Number::New(info.Env(), engine_->willFd());
}

// The descriptors live until the heir has been given them, which a call of `handOver` says.
Napi::Value EngineObject::prepareHandOver(const Napi::CallbackInfo& info) {
  if (!usable(info.Env())) return {};
  auto made = engine_->prepareHandOver();
  if (!made) {
    throwSystem(info.Env(), "memfd_create", made.error().number);
    return {};
  }
  bequest_ = made.value();
  auto place = Napi::Object::New(info.Env());
  place.Set("memory", Napi::Number::New(info.Env(), bequest_->memoryFd()));
  place.Set("line", Napi::Number::New(info.Env(), bequest_->heirFd()));
  return place;
}

Napi::Value EngineObject::handOver(const Napi::CallbackInfo& info) {
  core::Storage storage;
  Duration patience;
  if (!usable(info.Env())) return {};
  if (!decode(info.Env(), info[0], "patience", storage, patience)) return {};
  if (bequest_ == nullptr) {
    throwError(info.Env(), "NOT_PREPARED", "prepareHandOver() comes first");
    return {};
  }
  bequest_->given();
  engine_->handOver(patience);
  return {};
}

Napi::Value EngineObject::watchRuleset(const Napi::CallbackInfo& info) {
  if (usable(info.Env())) engine_->watchRuleset();
  return info.Env().Undefined();
}

Napi::Value EngineObject::finished(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), engine_ == nullptr || engine_->finished());
}

Napi::Value EngineObject::close(const Napi::CallbackInfo& info) {
  if (engine_ == nullptr) return Napi::Boolean::New(info.Env(), true);
  core::Storage storage;
  Duration limit;
  if (!decode(info.Env(), info[0], "limit", storage, limit)) return {};
  if (!engine_->finished()) engine_->stopUrgently();
  if (!engine_->join(limit)) return Napi::Boolean::New(info.Env(), false);
  running.store(nullptr);
  engine_.reset();
  Unref();
  return Napi::Boolean::New(info.Env(), true);
}

}  // namespace failoverd::addon
