#pragma once

#include <napi.h>

#include <optional>
#include <string>

#include "addon/encode.h"
#include "addon/js_source.h"
#include "core/describe_decode.h"
#include "linux/process_events.h"

namespace failoverd::addon {

// What belongs to one JavaScript environment. Nothing of it is global: a second environment in
// the process has its own.
struct Environment {
  explicit Environment(napi_env env) : vocabulary(env) {}

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Opens the process connector, unless it is open already.
  void openProcessEvents();

  Vocabulary vocabulary;
  Napi::Reference<Napi::Array> nothing;  // the frozen empty array of a drain without outputs
  std::optional<os::ProcessEvents> processEvents;
  int processEventsError = 0;
};

// Throws `InvalidCommand` with `path` and `reason`, unless JavaScript has thrown already (a
// getter may).
void throwInvalid(Napi::Env env, const std::string& path, const std::string& reason);

// Throws an Error with that `code`.
void throwError(Napi::Env env, const char* code, const std::string& message);

// Throws an Error as Node's own for a system call: code (`EPERM`), errno and syscall.
void throwSystem(Napi::Env env, const char* syscall, int errorNumber);

// Decodes `value`; false: a JavaScript exception is pending. `root` begins the path.
template <class T>
bool decode(Napi::Env env, napi_value value, const char* root, core::Storage& storage, T& to) {
  core::Decoder<JsSource> decoder(storage);
  if (decoder.read(JsSource(env, Environment::of(env).vocabulary, value), to)) return true;
  const auto& path = decoder.path();
  const bool joined = path.empty() || path.front() == '[';
  throwInvalid(env, std::string(root) + (joined ? "" : ".") + path, decoder.reason());
  return false;
}

template <class T>
Napi::Value encode(Napi::Env env, const T& value) {
  return {env, Encoder(env, Environment::of(env).vocabulary).encode(value)};
}

// Whole microseconds; nothing, and a pending exception, when `value` is something else.
std::optional<Instant> instantOf(Napi::Env env, napi_value value, const char* name);

}  // namespace failoverd::addon
