#pragma once

#include <optional>

#include "wire/auth.h"

namespace failoverd::wire {

// The digests of the system's libcrypto, taken when a test runs so that building needs no
// OpenSSL; nothing where the machine has none.
std::optional<Digests> opensslDigests();
// Its handle as dlopen(3) gave it; null where there is none.
void* opensslLibrary();

}  // namespace failoverd::wire
