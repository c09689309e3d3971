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
bool mayUseOldUnicastChecksum(const InstanceSettings& config);

// The bytes of an instance's adverts. They are made once and kept until something in them
// changes: an advert in steady state costs a comparison. The room for them is had on a change
// of configuration, in one piece.
class AdvertBuilder {
 public:
  // `config` is read now; the builder keeps no reference.
  void configure(const InstanceConfig& config);

  // The advert with this priority, good until the next call. An empty source stands for "not
  // known", which only VRRPv2 over IPv4 may be.
  ByteView build(const InstanceSettings& config, Priority priority,
                 const std::optional<IpAddress>& source, const IpAddress& destination);

  // The same advert, of the same length, from a virtual router that cannot be (RFC 9568 §5.2.3) and
  // with the priority of a goodbye: nobody who hears it does anything.
  ByteView buildProbe(const InstanceSettings& config, const std::optional<IpAddress>& source,
                      const IpAddress& destination);

  // A peer computes the checksums of unicast adverts in the old way, and so do we from now on.
  void useOldUnicastChecksum();

  // The addresses that an advert of ours carries, packed.
  [[nodiscard]] ByteView packedAddresses() const { return ByteView(bytes_).first(packedSize_); }

 private:
  struct Path {
    std::optional<IpAddress> source;
    IpAddress destination;
    bool operator==(const Path&) const = default;
  };
  // Who an advert is from, as it says itself.
  struct Speaker {
    Vrid vrid;
    Priority priority;
    bool operator==(const Speaker&) const = default;
  };
  ByteView buildAs(const Speaker& speaker, const InstanceSettings& config,
                   const std::optional<IpAddress>& source, const IpAddress& destination);
  void forget() { kept_ = {}; }

  // The packed addresses, then a regular advert, then a goodbye or a probe, so that neither
  // displaces the other.
  std::vector<std::uint8_t> bytes_;
  std::uint16_t packedSize_ = 0;
  std::uint16_t advertSize_ = 0;
  // Of the adverts that are there: where they go, and whose they are; nothing: there is none.
  Path path_;
  std::array<std::optional<Speaker>, 2> kept_;
  bool oldUnicastChecksum_ = false;
};

}  // namespace failoverd::core
