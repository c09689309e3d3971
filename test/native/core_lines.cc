#include <string>

#include "core/describe_messages.h"
#include "core_lab.h"
#include "wire/advert.h"
#include "wire/ah.h"

// Outputs as the short lines that tests compare.
namespace failoverd::lab {
namespace {

using core::EnumNames;

template <class E>
std::string word(E value) {
  return std::string(EnumNames<E>::names[static_cast<std::size_t>(value)]);
}

std::string idOf(InstanceId id) {
  return id.value == 1 ? "" : "#" + std::to_string(id.value) + " ";
}

// An advert for a virtual router that cannot be.
bool isProbe(const core::SendAdvert& out) {
  return wire::AdvertView::over(out.bytes.subspan(out.withIpHeader ? wire::kAhAdvertOffset : 0))
             ->vrid()
             .value == 0;
}

struct Liner {
  std::string operator()(const core::SendAdvert& out) const {
    if (isProbe(out)) return idOf(out.instance) + "probe";
    const auto priority = std::to_string(out.priority.value);
    return idOf(out.instance) + (out.priority.value == 0 ? "goodbye" : "advert " + priority);
  }
  std::string operator()(const core::Listen& out) const { return idOf(out.instance) + "listen"; }
  std::string operator()(const core::Unlisten& out) const {
    return idOf(out.instance) + "unlisten";
  }
  std::string operator()(const core::AddAddress& out) const {
    return idOf(out.instance) + "add " + out.address->address.toString();
  }
  std::string operator()(const core::RemoveAddress& out) const {
    return idOf(out.instance) + "remove " + out.address.toString();
  }
  std::string operator()(const core::RequestObject& out) const {
    return idOf(out.instance) + (out.add ? "add " : "remove ") + word(out.key.kind) + " " +
           out.key.destination.toString();
  }
  std::string operator()(const core::Announce& out) const {
    return idOf(out.instance) + "announce " + out.address.toString();
  }
  std::string operator()(const core::StateChanged& out) const {
    const auto how = out.repeated ? "again " : "state ";
    return idOf(out.instance) + how + word(out.from) + "->" + word(out.to) + " " +
           word(out.cause.kind);
  }
  std::string operator()(const core::GroupStateChanged& out) const {
    return "group " + word(out.from) + "->" + word(out.to);
  }
  std::string operator()(const core::PriorityChanged& out) const {
    return idOf(out.instance) + "priority " + std::to_string(out.from.value) + "->" +
           std::to_string(out.to.value);
  }
  std::string operator()(const core::MasterChanged& out) const {
    return idOf(out.instance) + "master " + out.master.toString();
  }
  std::string operator()(const core::LowerPriorityReceived& out) const {
    return idOf(out.instance) + "lower " + std::to_string(out.priority.value);
  }
  std::string operator()(const core::GateClosed& out) const {
    return idOf(out.instance) + "gate closed " + std::to_string(out.episode);
  }
  std::string operator()(const core::DrainEnded& out) const {
    return idOf(out.instance) + "drain " + word(out.outcome);
  }
  std::string operator()(const core::GateOpened& out) const {
    return idOf(out.instance) + (out.inTime ? "gate opened" : "gate opened late");
  }
  std::string operator()(const core::AdvertRejected& out) const {
    return "rejected " + word(out.reason);
  }
  std::string operator()(const core::AdvertOdd& out) const { return "odd " + word(out.reason); }
  std::string operator()(const core::AddressFailed& out) const {
    return "failed " + out.address.toString() + " " + std::to_string(out.errorNumber);
  }
  std::string operator()(const core::AddressForeign& out) const {
    return "foreign " + out.address.toString() + " on " + std::string(out.interfaceName.view());
  }
  std::string operator()(const core::AddressRestored& out) const {
    return "restored " + out.address.toString();
  }
  std::string operator()(const core::ObjectFailed& out) const {
    return "failed " + word(out.key.kind) + " " + out.key.destination.toString() + " " +
           std::to_string(out.errorNumber);
  }
  std::string operator()(const core::ObjectRestored& out) const {
    return "restored " + word(out.key.kind) + " " + out.key.destination.toString();
  }
  std::string operator()(const core::InstanceApplied& out) const {
    return idOf(out.instance) + "applied";
  }
  std::string operator()(const core::InstanceRemoved& out) const {
    return idOf(out.instance) + "removed";
  }
  std::string operator()(const core::LateDeadline& out) const {
    return idOf(out.instance) + "late";
  }
  std::string operator()(const core::Stopped&) const { return "stopped"; }
};

}  // namespace

std::string lineOf(const core::Output& output) {
  return std::visit(Liner{}, output);
}

}  // namespace failoverd::lab
