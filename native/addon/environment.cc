#include "addon/environment.h"

#include <cstring>
#include <utility>

namespace failoverd::addon {

void throwInvalid(Napi::Env env, const std::string& path, const std::string& reason) {
  if (env.IsExceptionPending()) return;
  auto error = Napi::TypeError::New(env, path + " " + reason);
  error.Set("name", "InvalidCommand");
  error.Set("code", "INVALID_COMMAND");
  error.Set("path", path);
  error.Set("reason", reason);
  error.ThrowAsJavaScriptException();
}

void throwError(Napi::Env env, const char* code, const std::string& message) {
  if (env.IsExceptionPending()) return;
  auto error = Napi::Error::New(env, message);
  error.Set("code", code);
  error.ThrowAsJavaScriptException();
}

void throwSystem(Napi::Env env, const char* syscall, int errorNumber) {
  if (env.IsExceptionPending()) return;
  const char* code = ::strerrorname_np(errorNumber);
  auto error = Napi::Error::New(env, std::string(syscall) + ": " + ::strerrordesc_np(errorNumber));
  error.Set("code", code == nullptr ? "UNKNOWN" : code);
  error.Set("errno", Napi::Number::New(env, errorNumber));
  error.Set("syscall", syscall);
  error.ThrowAsJavaScriptException();
}

void Environment::openProcessEvents() {
  if (processEvents) return;
  auto opened = os::ProcessEvents::open();
  processEventsError = opened ? 0 : opened.error().number;
  if (opened) processEvents = std::move(opened.value());
}

std::optional<Instant> instantOf(Napi::Env env, napi_value value, const char* name) {
  core::Storage storage;
  Instant at;
  if (!decode(env, value, name, storage, at)) return std::nullopt;
  return at;
}

}  // namespace failoverd::addon
