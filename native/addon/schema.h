#pragma once

#include <string>

namespace failoverd::addon {

// The description of every message as JSON text, for scripts/generate-messages.mjs and the
// contract test:
//
//   {"enums":   {"State": ["init", "backup", ...], ...},
//    "structs": {"Cause": {"message": false, "fields": [{"name": "kind", "type": T}, ...]}, ...},
//    "unions":  {"Input": ["ApplyInstance", ...], ...}}
//
// where T is {"is": "boolean" | "string" | "ip" | "mac" | "interface" | "micros"}, or
// {"is": "number", "name"?, "min", "max"}, {"is": "bytes", "length"?},
// {"is": "optional" | "array", "of": T} or {"is": "ref", "name"}. `message` marks the members of
// unions, which carry their name as `kind`.
std::string schema();

}  // namespace failoverd::addon
