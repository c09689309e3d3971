#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/core.h"
#include "core/events.h"
#include "core/inputs.h"
#include "core/status.h"

// What the engine says to TypeScript beside the core's own events. Values without owned memory:
// they are copied into a ring by the real-time thread.
namespace failoverd::engine {

// What the thread really got (sched_getscheduler(2)), not what it asked for.
enum class Scheduling : std::uint8_t { normal, roundRobin, fifo, deadline };

// The first event: the thread runs. An errorNumber of 0 means that the thing was had; the
// process connector also says ENOSYS when it was not asked for.
struct Started {
  Scheduling scheduling = Scheduling::normal;
  std::int32_t realtimePriority = 0;
  std::int32_t schedulingError = 0;
  std::uint64_t lockedBytes = 0;
  std::int32_t lockError = 0;
  std::int32_t processEventsError = 0;
};

// An interface exists and is like this; said again whenever one of these changes.
struct LinkSeen {
  IfIndex ifIndex;
  core::InterfaceName interfaceName;
  bool up = false;
  bool running = false;
};
struct LinkGone {
  IfIndex ifIndex;
};

// The ruleset of nftables has changed since the last of these, by ourselves perhaps, or may have:
// the first one says no more than that it is listened to from here on. In a stream of changes it
// is said once in a while.
struct RulesetChanged {
  core::ProgramName program;  // who did it; empty: several, or not known
};

// The process connector's news, while there is a process tracker.
struct ProcessExecuted {
  std::uint32_t pid = 0;
};
struct ProcessRenamed {
  std::uint32_t pid = 0;
};
// The kernel dropped process events: look at all processes again.
struct ProcessEventsLost {};

enum class TroubleKind : std::uint8_t { netlink, receive, announce, poll, will, ruleset };
// A system call of the engine failed in a way that no instance can be blamed for. Told once
// for each kind and errno until another comes.
struct Trouble {
  TroubleKind where = TroubleKind::netlink;
  std::int32_t errorNumber = 0;
};

// The reader was too slow: `count` events before this one are gone. Take a snapshot.
struct Lost {
  std::uint64_t count = 0;
};

// A hand-over was tried. 0: another process goes on, and this engine has stopped; EBUSY: work
// for the kernel, or a gate, is waited for; else an errno of Bequest::offer, and everything is as
// before.
struct HandedOver {
  std::int32_t errorNumber = 0;
};
// This engine goes on with what another process had; `StateChanged` follow, of what it is.
struct Inherited {};

using EngineEvent = std::variant<
    core::StateChanged, core::GroupStateChanged, core::PriorityChanged, core::MasterChanged,
    core::LowerPriorityReceived, core::GateClosed, core::GateOpened, core::DrainEnded,
    core::AdvertRejected, core::AdvertOdd, core::AddressFailed, core::AddressForeign,
    core::AddressRestored, core::ObjectFailed, core::ObjectRestored, core::InstanceApplied,
    core::InstanceRemoved, core::LateDeadline, core::Stopped, core::ProcessExited,
    core::ProcessForked, core::TrackersBlind, Started, LinkSeen, LinkGone, RulesetChanged,
    ProcessExecuted, ProcessRenamed, ProcessEventsLost, Trouble, HandedOver, Inherited, Lost>;

// Events are numbered from 1 without gaps as they happen; a gap that the reader sees is told
// by a Lost in its place.
struct EventRecord {
  std::uint64_t seq = 0;
  Instant at;
  EngineEvent event;
};

// ---- Snapshot -------------------------------------------------------------------------

struct LinkStatus {
  IfIndex ifIndex;
  core::InterfaceName interfaceName;
  bool up = false;
  bool running = false;
};

// How late the thread woke for its deadlines. `buckets[i]` counts wakes that were less than
// 2^i microseconds late (and not less than half of that); the last one counts all the rest.
struct LatenessStatus {
  std::uint64_t wakes = 0;
  Duration worst;
  Duration sum;
  std::vector<std::uint64_t> buckets;  // as base/log_histogram.h counts
};

struct EngineCounters {
  std::uint64_t advertsSent = 0;
  std::uint64_t advertsReceived = 0;
  std::uint64_t announcementsSent = 0;
  std::uint64_t addressRequests = 0;
  std::uint64_t commandsHandled = 0;
  std::uint64_t eventsLost = 0;
};

struct EngineSnapshot {
  // The number of the last event that all of this picture contains. Where there are many instances,
  // some lines may contain later ones.
  std::uint64_t seq = 0;
  core::CoreSnapshot core;
  Started started;
  std::vector<LinkStatus> links;
  LatenessStatus lateness;
  EngineCounters counters;
};

// ---- Options --------------------------------------------------------------------------

// Descriptors that this process was started with by the one that it follows (hand_over.h).
struct Predecessor {
  std::uint32_t memory = 0;
  std::uint32_t line = 0;
  std::uint32_t lock = 0;
};

struct EngineOptions {
  core::CoreOptions core;
  // 1..99 asks for SCHED_RR with that priority, 0 for normal scheduling.
  std::uint8_t realtimePriority = 50;
  // Keep what the thread touches in memory.
  bool lockMemory = true;
  // Processors to run on; empty: any.
  std::vector<std::uint32_t> cpus;
  // TypeScript silent for longer than this: give way. Zero: never.
  Duration silenceLimit;
  // Ask the kernel for process events.
  bool processEvents = true;
  // Every VRID reaches the core, not only those that are configured (log_unknown_vrids).
  bool hearAllVrids = false;
  // Of each advert socket, in octets.
  std::uint32_t receiveBuffer = 1U << 20;
  // Size of the flight recorder.
  std::uint32_t recorderBytes = 4U << 20;
  // Wait for what that one hands over; until then nothing is done.
  std::optional<Predecessor> predecessor;
};

}  // namespace failoverd::engine
