#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/ip.h"
#include "core/config.h"
#include "core/inputs.h"
#include "wire/auth.h"

namespace failoverd::core {

// What the advert's own field says of it.
wire::AuthType authTypeOf(AuthKind kind);

// Only over IPv4 does VRRPv3 write its checksum itself, and only unicast had another one.
bool mayUseOldUnicastChecksum(const InstanceConfig& config);

// The bytes of an instance's adverts. They are made once and kept until something in them
// changes: an advert in steady state costs a comparison. The room for them is had on a change
// of configuration.
class AdvertBuilder {
 public:
  // `config` is read now; the builder keeps no reference.
  void configure(const InstanceConfig& config);

  // The advert with this priority, good until the next call. An empty source stands for "not
  // known", which only VRRPv2 over IPv4 may be.
  ByteView build(const InstanceConfig& config, Priority priority,
                 const std::optional<IpAddress>& source, const IpAddress& destination);

  // The same advert, of the same length, from a virtual router that cannot be (RFC 9568 §5.2.3) and
  // with the priority of a goodbye: nobody who hears it does anything.
  ByteView buildProbe(const InstanceConfig& config, const std::optional<IpAddress>& source,
                      const IpAddress& destination);

  // A peer computes the checksums of unicast adverts in the old way, and so do we from now on.
  void useOldUnicastChecksum();

  // The addresses that an advert of ours carries, packed.
  [[nodiscard]] ByteView packedAddresses() const { return packed_; }

 private:
  struct Key {
    Vrid vrid;
    Priority priority;
    std::optional<IpAddress> source;
    IpAddress destination;
    bool operator==(const Key&) const = default;
  };
  // A regular advert, and a goodbye or a probe, so that neither displaces the other.
  struct Kept {
    std::optional<Key> key;
    std::vector<std::uint8_t> bytes;
    std::size_t size = 0;
  };

  ByteView buildAs(Vrid vrid, const InstanceConfig& config, Priority priority,
                   const std::optional<IpAddress>& source, const IpAddress& destination);

  bool oldUnicastChecksum_ = false;
  std::vector<std::uint8_t> packed_;
  std::array<Kept, 2> kept_;
};

}  // namespace failoverd::core
