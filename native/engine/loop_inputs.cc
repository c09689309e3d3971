// What the loop reads in one turn, source by source.
#include <cerrno>
#include <utility>
#include <variant>

#include "core/describe_json.h"
#include "core/describe_messages.h"
#include "engine/loop.h"
#include "linux/clock.h"

namespace failoverd::engine {

namespace {

// JavaScript may hand over a thousand instances at once; no advert waits for more than this.
constexpr Duration kCommandTime = Duration::ofMicros(500);

// What a snapshot has a line for.
bool changesPictures(const core::Input& command) {
  return std::holds_alternative<core::ApplyInstance>(command) ||
         std::holds_alternative<core::RemoveInstance>(command) ||
         std::holds_alternative<core::ApplyGroup>(command) ||
         std::holds_alternative<core::RemoveGroup>(command);
}

}  // namespace

void Loop::readAdverts() {
  for (const auto& packet : receiver_.sorted()) {
    ++advertsReceived_;
    protocol_.input(packet.at, packet.advert);
  }
  receiver_.clear();
}

void Loop::readKernel() {
  if (ready_.kernel) trouble(TroubleKind::netlink, kernel_.read(now_, protocol_));
  if (ready_.objects) trouble(TroubleKind::netlink, objects_.read(now_, protocol_));
  trouble(TroubleKind::ruleset, ruleset_.read(now_, ready_.ruleset));
}

// In the place of the other process from here on, with what had arrived here meanwhile.
void Loop::inherit() {
  // What stands in the kernel is not known yet: it stays readable.
  if (!ready_.predecessor || kernel_.listing()) return;
  const auto inheritance = heirship_->take();
  if (heirship_->orphaned()) poller_->forget(heirship_->fd());
  if (!inheritance) return;
  poller_->forget(heirship_->fd());
  heirship_.reset();
  events_.push(now_, Inherited{});
  protocol_.input(now_, *inheritance);
}

// Nothing of ours may be on its way to the kernel, which the other one knows nothing of.
void Loop::handOver(Bequest& bequest) {
  const auto inheritance = protocol_.bequeath();
  int error = EBUSY;
  if (inheritance && !addresses_.waiting() && !addresses_.unanswered()) {
    const auto patience = Duration::ofMicros(shared_.patience.load());
    error = bequest.offer(core::toJson(*inheritance), patience);
  }
  if (error == 0) protocol_.input(os::now(), core::Stop{Duration::zero(), false});
  events_.push(now_, HandedOver{error});
}

void Loop::readCommands() {
  if (auto* bequest = shared_.bequest.exchange(nullptr)) handOver(*bequest);
  if (shared_.rulesetWanted.exchange(false)) trouble(TroubleKind::ruleset, ruleset_.begin(now_));
  if (shared_.urgent.exchange(false)) protocol_.input(now_, core::Stop{});
  moreCommands_ = false;
  auto& mailbox = shared_.mailbox;
  while (const auto* command = mailbox.nextCommand()) {
    protocol_.input(now_, *command);
    follow(*command);
    mailbox.commandDone();
    ++commandsHandled_;
    if (os::now() - now_ < kCommandTime) continue;
    moreCommands_ = true;
    break;
  }
}

// The engine's own part of a command that the core has been told.
void Loop::follow(const core::Input& command) {
  if (changesPictures(command)) {
    ++configured_;
    reconfigured_ = true;
  }
  trouble(TroubleKind::poll, processes_.follow(now_, command, protocol_));
}

void Loop::answerPictures() {
  if (!moreCommands_ && std::exchange(reconfigured_, false)) fitPictures();
  while (auto* picture = shared_.mailbox.pictureWanted()) {
    draw(*picture);
    shared_.mailbox.putPicture(picture);
    shared_.mailbox.ringNode();
  }
}

// What a picture needs is allocated now, and not while somebody watches a takeover.
void Loop::fitPictures() {
  for (auto* picture : shared_.mailbox.blanks()) {
    if (!picture->complete) continue;  // its next parts see to it
    do {
      draw(*picture);
    } while (!picture->complete);
  }
}

// The part behind the one that it shows, or the first one of a new picture.
void Loop::draw(Picture& picture) {
  auto& into = picture.snapshot.core;
  core::SnapshotSlice slice{InstanceId{0}, Picture::kPart};
  if (picture.complete) {
    picture.part = 0;
    picture.fitting = configured_;
    drawFrame(picture);
  } else {
    ++picture.part;
    slice.behind = picture.through;
  }
  const bool fits = picture.fits == configured_;
  picture.complete = !protocol_.snapshot(
      now_, slice, into, fits ? core::SnapshotRoom::present : core::SnapshotRoom::possible);
  if (!into.instances.empty()) picture.through = into.instances.back().instance;
  if (picture.complete) picture.fits = picture.fitting;
}

// What is not of an instance.
void Loop::drawFrame(Picture& picture) {
  auto& into = picture.snapshot;
  into.seq = events_.last();
  into.started = started_;
  if (picture.fits != configured_) into.links.reserve(2 * kernel_.links().size());
  into.links = kernel_.links();
  lateness_.tell(into.lateness);
  auto& counters = into.counters;
  counters.advertsSent = adverts_.sent();
  counters.advertsReceived = advertsReceived_;
  counters.announcementsSent = announcements_.sent();
  counters.addressRequests = addresses_.asked();
  counters.commandsHandled = commandsHandled_;
  counters.eventsLost = events_.dropped();
}

}  // namespace failoverd::engine
