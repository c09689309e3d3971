#pragma once

#include "wire/auth.h"

namespace failoverd::os {

// HMAC with the digests of the OpenSSL that this process carries: Node's own, whose symbols the
// node binary exports, so that neither building nor running needs another. A digest that is not
// there has no `compute`. Looked up once; afterwards nothing blocks and nothing is allocated.
wire::Digests opensslDigests();

// The same from a library that dlopen(3) has opened.
wire::Digests opensslDigests(void* library);

}  // namespace failoverd::os
