#include <algorithm>
#include <utility>

#include "base/check.h"
#include "core/acceptance.h"
#include "core/election.h"
#include "wire/advert.h"
#include "wire/ah.h"

// The way of a packet through the core: whose is it, is it acceptable, what is counted and
// told. A refused packet changes counters and nothing else.
namespace failoverd::core {
namespace {

void reject(CoreState& core, Router& router, RejectReason reason, Vrid vrid,
            const IpAddress& source) {
  auto& rejections = core.rejections.own(router.rejections);
  const auto total = rejections.count(reason, router.config.auth.kind);
  auto& told = rejections.told[static_cast<std::size_t>(reason)];
  if (std::exchange(told, true)) return;
  core.outbox.push(AdvertRejected{router.id(), reason, source, vrid, total});
}

// Nobody's packet: told once for each VRID, and once for all that are too short to have one.
void rejectStray(CoreState& core, RejectReason reason, Vrid vrid, const IpAddress& source) {
  const auto count = ++core.strays[vrid.value];
  if (count != 1) return;
  const auto named = vrid.value == 0 ? std::nullopt : std::optional(vrid);
  core.outbox.push(AdvertRejected{std::nullopt, reason, source, named, count});
}

void tellOdd(CoreState& core, Router& router, OddReason reason, const IpAddress& source) {
  auto& rejections = core.rejections.own(router.rejections);
  auto& told = rejections.oddTold[static_cast<std::size_t>(reason)];
  if (told) return;
  told = true;
  core.outbox.push(AdvertOdd{router.id(), reason, source});
}

}  // namespace

void receiveAdvert(CoreState& core, const AdvertReceived& packet) {
  const auto before = packet.ipHeader.empty() ? 0 : std::min(wire::kAhSize, packet.bytes.size());
  const auto view = wire::AdvertView::over(packet.bytes.subspan(before));
  if (!view) {
    rejectStray(core, RejectReason::truncated, Vrid{0}, packet.source);
    return;
  }
  const auto vrid = view->vrid();
  auto* router = core.addressees.find(vrid, packet);
  if (router == nullptr) {
    rejectStray(core, RejectReason::unknownVrid, vrid, packet.source);
    return;
  }
  if (!core.startupOver) {
    reject(core, *router, RejectReason::startupDelay, vrid, packet.source);
    return;
  }
  const auto judged = judgeAdvert(core, *router, packet);
  if (!judged) {
    reject(core, *router, judged.error(), vrid, packet.source);
    return;
  }
  const auto& heard = judged.value();
  ++router->counters.advertsReceived;
  if (heard.priority == kGoodbyePriority) ++router->counters.goodbyesReceived;
  if (heard.addressesDiffer) ++router->counters.addressListErrors;
  election::hear(core, *router, heard);
  // Afterwards, because a new master is told of anew.
  if (heard.addressesDiffer) tellOdd(core, *router, OddReason::addressList, heard.source);
  if (heard.intervalDiffers) tellOdd(core, *router, OddReason::interval, heard.source);
}

}  // namespace failoverd::core
