#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "core/outputs.h"
#include "linux/advert_socket.h"
#include "linux/poller.h"

namespace failoverd::engine {

// Which instance uses which raw socket. Instances of one interface, protocol and group (or unicast
// source) share one, whose kernel filter lets exactly their VRIDs through.
class Channels {
 public:
  struct Settings {
    bool hearAllVrids = false;
    std::uint32_t receiveBuffer = 0;  // octets
  };
  // Tokens in `poller` are `tokenBase` plus a small number.
  Channels(os::Poller& poller, std::uint64_t tokenBase, Settings settings)
      : poller_(poller), tokenBase_(tokenBase), settings_(settings) {}

  // 0, or the errno for which the instance now listens to nothing.
  int listen(const core::Listen& wanted);
  void unlisten(InstanceId instance);

  // Null: the instance listens to nothing.
  [[nodiscard]] os::AdvertSocket* socketOf(InstanceId instance);
  // Null: closed since the poller spoke.
  [[nodiscard]] os::AdvertSocket* socketAt(std::uint64_t token);

 private:
  struct Key {
    IfIndex ifIndex;
    IpAddress address;
    std::uint8_t protocol = 0;
    bool operator==(const Key&) const = default;
  };
  struct Member {
    InstanceId instance;
    Vrid vrid;
  };
  struct Channel {
    Key key;
    os::AdvertSocket socket;
    std::vector<Member> members;
  };

  Channel* find(const Key& wanted);
  int open(const Key& wanted, const Member& first);
  [[nodiscard]] os::VridSet vridsOf(const std::vector<Member>& members) const;
  void leave(Channel& channel, InstanceId instance);

  os::Poller& poller_;
  std::uint64_t tokenBase_;
  Settings settings_;
  std::vector<std::unique_ptr<Channel>> channels_;  // by token; null = free
  std::unordered_map<InstanceId, Channel*> ofInstance_;
};

}  // namespace failoverd::engine
