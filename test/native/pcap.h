#pragma once

#include <string>
#include <vector>

#include "wire_bytes.h"

namespace failoverd::wire {

// The IP packets of a capture file (classic pcap; Ethernet or raw IP), in order. Nothing when
// the file cannot be read or is of another kind.
std::optional<std::vector<ByteVector>> ipPacketsOf(const std::string& path);

// The lines of a tab-separated file with a head line, by column name.
using Row = std::vector<std::pair<std::string, std::string>>;
std::optional<std::vector<Row>> rowsOf(const std::string& path);
const std::string& column(const Row& row, std::string_view name);

}  // namespace failoverd::wire
