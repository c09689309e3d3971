#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "engine/evasion.h"
#include "engine/hand_over.h"
#include "engine/kernel_watch.h"
#include "engine/last_will.h"
#include "engine/lateness.h"
#include "engine/mailbox.h"
#include "engine/news_pace.h"
#include "engine/process_watch.h"
#include "engine/protocol.h"
#include "engine/receiver.h"
#include "engine/ruleset_watch.h"
#include "engine/silence.h"
#include "linux/life_mark.h"
#include "linux/poller.h"
#include "linux/process_events.h"
#include "linux/wakeup.h"

namespace failoverd::engine {

// What the loop is made of, opened by open_loop.cc on the engine's own thread.
struct LoopParts {
  std::unique_ptr<os::Poller> poller;  // channels keep a reference to it
  os::Timer timer;
  os::NetlinkMonitor monitor;
  os::AddressRequests addressRequests;
  std::optional<os::FrameSocket> frames;
  std::optional<os::PidWatch> pids;
  std::optional<os::ProcessEvents> processes;
  std::optional<Heirship> heirship;
};

// What the thread and those who talk to it share.
struct Shared {
  Mailbox mailbox;
  Recorder recorder;
  // Somebody is leaving in a hurry (process.exit): say goodbye now.
  std::atomic<bool> urgent = false;
  // What another process is to be handed, once; and for how many microseconds it is waited for.
  std::atomic<Bequest*> bequest = nullptr;
  std::atomic<std::int64_t> patience = 0;
  // Changes of the ruleset are to be told.
  std::atomic<bool> rulesetWanted = false;
  // The thread does nothing any more.
  std::atomic<bool> finished = false;

  // What the guardian reads, and the mark by which it sees this thread alive.
  std::span<std::uint8_t> willPage;
  os::LifeMark lifeMark;

  Shared(std::span<std::atomic<std::uint64_t>> recorderWords, std::span<std::uint8_t> page,
         os::LifeMark mark)
      : recorder(recorderWords), willPage(page), lifeMark(mark) {}
};

// The order of one turn is the heart of law 3 ("read before you judge"):
//
//   wait       for a packet, a fact, a command or a deadline
//   adverts    everything that had arrived before we woke, oldest first
//   facts      links and addresses, then the ruleset and processes
//   commands   from JavaScript, a few at a time
//   deadlines  up to the moment we woke, and not further: what arrived later is judged later
//   will       what the guardian would have to take away, before the kernel is asked for it
//   slices     some addresses and announcements, so that adverts leave between them
//
// Only this thread calls anything here.
class Loop {
 public:
  Loop(const EngineOptions& options, LoopParts parts, const Started& started, Shared& shared);

  // Until the core has given everything back.
  void run();

 private:
  void wait();
  void watchNews();
  void paceNews();
  void sort(std::span<const std::uint64_t> ready);
  void readAdverts();
  void readKernel();
  void readCommands();
  void follow(const core::Input& command);
  void handOver(Bequest& bequest);
  void inherit();
  void watchSilence();
  void watchClock();
  void passDeadlines();
  void keepWill();
  void workOff();
  void answerPictures();
  void evade();
  void arm();
  void trouble(TroubleKind where, int errorNumber);
  void fitPictures();
  void draw(Picture& picture);
  void drawFrame(Picture& picture);
  [[nodiscard]] bool busy() const;

  struct Ready {
    bool timer = false;
    bool doorbell = false;
    bool kernel = false;
    bool answers = false;
    bool objects = false;
    bool ruleset = false;
    ProcessWatch::Ready processes;
    bool predecessor = false;
  };

  Shared& shared_;
  EventRing& events_;
  std::unique_ptr<os::Poller> poller_;
  os::Timer timer_;
  Started started_;
  Answers answers_;
  Channels channels_;
  AdvertSender adverts_;
  AddressWork addresses_;
  ObjectWatch objects_;
  Announcements announcements_;
  LastWill will_;
  Protocol protocol_;
  KernelWatch kernel_;
  RulesetWatch ruleset_;
  ProcessWatch processes_;
  Receiver receiver_;
  std::optional<Heirship> heirship_;
  SilenceWatch silence_;
  Lateness lateness_;
  Evasion evasion_;
  Duration wokenLate_;  // by the timer, this time
  Instant now_;
  NewsPace news_;
  // They are not watched, until the pace of the stream or a deadline has them read.
  bool newsWait_ = false;
  Ready ready_;
  bool moreCommands_ = false;
  std::uint64_t told_ = 0;  // the newest event that Node was woken for
  std::uint64_t advertsReceived_ = 0;
  std::uint64_t commandsHandled_ = 0;
  std::uint64_t configured_ = 1;  // counts what changes the lines of a snapshot
  bool reconfigured_ = false;
  Trouble lastTrouble_;
  std::optional<Duration> utcOffset_;
};

}  // namespace failoverd::engine
