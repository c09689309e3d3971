#include "addon/crossing.h"

#include <string>
#include <type_traits>

#include "addon/environment.h"
#include "core/describe_json.h"
#include "core/describe_parse.h"
#include "engine/describe_engine.h"

namespace failoverd::addon {

namespace {

template <class T>
std::string_view nameOf() {
  if constexpr (core::isVariant<T>) {
    return core::UnionName<T>::name;
  } else {
    return core::Description<T>::name;
  }
}

// Calls `act` with the type of that name; false: there is none.
template <class Act>
bool withType(const std::string& name, const Act& act) {
  const auto attempt = [&]<class T>(std::type_identity<T> type) {
    if (nameOf<T>() != name) return false;
    act(type);
    return true;
  };
  return [&]<class... Ts>(std::type_identity<std::variant<Ts...>>) {
    return (attempt(std::type_identity<Ts>{}) || ...);
  }(std::type_identity<std::variant<core::Input, core::Command, core::Output, engine::EventRecord,
                                    core::CoreOptions, core::CoreSnapshot, engine::EngineOptions,
                                    engine::EngineSnapshot>>{});
}

template <class Act>
Napi::Value named(const Napi::CallbackInfo& info, const Act& act) {
  const auto name = info[0].ToString().Utf8Value();
  Napi::Value made = info.Env().Undefined();
  const bool known = withType(name, [&]<class T>(std::type_identity<T>) {
    core::Storage storage;
    T message{};
    act(message, storage, made);
  });
  if (!known) throwInvalid(info.Env(), "type", "'" + name + "' is not a type of message");
  return made;
}

Napi::Value echo(const Napi::CallbackInfo& info) {
  return named(info, [&]<class T>(T& message, core::Storage& storage, Napi::Value& made) {
    if (!decode(info.Env(), info[1], "value", storage, message)) return;
    made = encode(info.Env(), message);
  });
}

Napi::Value toJson(const Napi::CallbackInfo& info) {
  return named(info, [&]<class T>(T& message, core::Storage& storage, Napi::Value& made) {
    if (!decode(info.Env(), info[1], "value", storage, message)) return;
    made = Napi::String::New(info.Env(), core::toJson(message));
  });
}

Napi::Value fromJson(const Napi::CallbackInfo& info) {
  const auto text = info[1].ToString().Utf8Value();
  return named(info, [&]<class T>(T& message, core::Storage& storage, Napi::Value& made) {
    if (const auto complaint = core::fromJson(text, message, storage)) {
      throwInvalid(info.Env(), "value", *complaint);
    } else {
      made = encode(info.Env(), message);
    }
  });
}

}  // namespace

void defineCrossing(Napi::Env env, Napi::Object exports) {
  exports.Set("echo", Napi::Function::New(env, echo, "echo"));
  exports.Set("toJson", Napi::Function::New(env, toJson, "toJson"));
  exports.Set("fromJson", Napi::Function::New(env, fromJson, "fromJson"));
}

}  // namespace failoverd::addon
