#include "engine/channels.h"

#include <algorithm>

namespace failoverd::engine {

int Channels::listen(const core::Listen& wanted) {
  const Key key{wanted.ifIndex, wanted.address,
                wanted.ah ? wire::kProtocolAh : wire::kProtocolVrrp};
  const Member member{wanted.instance, wanted.vrid};
  unlisten(wanted.instance);
  Channel* channel = find(key);
  if (channel == nullptr) return open(key, member);
  channel->members.push_back(member);
  const auto filtered = channel->socket.setVrids(vridsOf(channel->members));
  if (!filtered) {
    leave(*channel, wanted.instance);
    return filtered.error().number;
  }
  ofInstance_[wanted.instance] = channel;
  return 0;
}

int Channels::open(const Key& wanted, const Member& first) {
  os::AdvertSocketOptions options;
  options.ifIndex = wanted.ifIndex;
  options.address = wanted.address;
  options.protocol = wanted.protocol;
  options.receiveBuffer = settings_.receiveBuffer;
  options.vrids = vridsOf({first});
  auto socket = os::AdvertSocket::open(options);
  if (!socket) return socket.error().number;
  auto free = std::ranges::find_if(channels_, [](const auto& one) { return one == nullptr; });
  if (free == channels_.end()) free = channels_.emplace(free);
  const auto token = tokenBase_ + static_cast<std::uint64_t>(free - channels_.begin());
  const auto watched = poller_.watch(socket.value().fd(), token);
  if (!watched) return watched.error().number;
  *free = std::make_unique<Channel>(Channel{wanted, std::move(socket.value()), {first}});
  ofInstance_[first.instance] = free->get();
  return 0;
}

void Channels::unlisten(InstanceId instance) {
  const auto found = ofInstance_.find(instance);
  if (found == ofInstance_.end()) return;
  Channel* channel = found->second;
  ofInstance_.erase(found);
  leave(*channel, instance);
}

void Channels::leave(Channel& channel, InstanceId instance) {
  std::erase_if(channel.members, [&](const Member& one) { return one.instance == instance; });
  if (!channel.members.empty()) {
    // Should the narrower filter be refused, the core drops what it does not know.
    (void)channel.socket.setVrids(vridsOf(channel.members));
    return;
  }
  poller_.forget(channel.socket.fd());
  std::ranges::find_if(channels_, [&](const auto& one) { return one.get() == &channel; })->reset();
}

Channels::Channel* Channels::find(const Key& wanted) {
  for (const auto& channel : channels_) {
    if (channel != nullptr && channel->key == wanted) return channel.get();
  }
  return nullptr;
}

os::VridSet Channels::vridsOf(const std::vector<Member>& members) const {
  if (settings_.hearAllVrids) return os::VridSet::everyVrid();
  os::VridSet vrids;
  for (const auto& member : members) vrids.add(member.vrid);
  return vrids;
}

os::AdvertSocket* Channels::socketOf(InstanceId instance) {
  const auto found = ofInstance_.find(instance);
  return found == ofInstance_.end() ? nullptr : &found->second->socket;
}

os::AdvertSocket* Channels::socketAt(std::uint64_t token) {
  const auto index = token - tokenBase_;
  if (index >= channels_.size() || channels_[index] == nullptr) return nullptr;
  return &channels_[index]->socket;
}

}  // namespace failoverd::engine
