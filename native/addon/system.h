#pragma once

#include <napi.h>

namespace failoverd::addon {

// Functions beside the engine:
//
//   enterNamespace(nameOrPath)          moves the calling thread; the engine's thread inherits it
//   openProcessConnector() -> errno     before the namespace is left; 0: it is open
//   sendDatagram(path, bytes) -> errno  sd_notify, journald, syslog
//   listKernel(limitMicros) -> KernelListing
//   removeAddresses(CleanupRequest) -> CleanupReport
//
// What fails in the kernel throws an Error with code, errno and syscall, as Node's own do.
void defineSystem(Napi::Env env, Napi::Object exports);

}  // namespace failoverd::addon
