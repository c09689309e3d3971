#pragma once

#include <napi.h>

namespace failoverd::addon {

// Functions by which tests and replay carry a message across by the name of its type (`Input`,
// `Output`, `EventRecord`, ...; the names of schema()):
//
//   echo(type, value) -> value      to C++ and back
//   toJson(type, value) -> text     one JSON line, as the recorder writes it
//   fromJson(type, text) -> value
void defineCrossing(Napi::Env env, Napi::Object exports);

}  // namespace failoverd::addon
