#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "linux/fd.h"
#include "linux/kernel_facts.h"
#include "linux/netlink_reader.h"
#include "linux/sys_error.h"

// Watches links and addresses of the thread's network namespace. Changes and listings come
// through one socket, so that they are in the kernel's order: a listing never brings back what a
// change has already taken away.
namespace failoverd::os {

class NetlinkMonitor {
 public:
  static constexpr std::uint32_t kReceiveBuffer = 8U << 20;

  // Receives changes from here on; a listing must be asked for.
  static SysResult<NetlinkMonitor> open(std::uint32_t receiveBuffer = kReceiveBuffer);

  [[nodiscard]] int fd() const { return fd_.get(); }

  // Asks for all links, then all addresses, and ListComplete. While one is under way the new one
  // begins after it, and only the new one completes. A listing that the kernel calls inconsistent
  // (NLM_F_DUMP_INTR) is begun anew by itself.
  SysResult<> requestList();

  // The next fact; nothing: there is none at the moment. Never blocks, never allocates. After
  // Overrun call requestList().
  SysResult<std::optional<KernelFact>> next();

  // What is being listed. One kind is asked for at a time: a netlink socket has one dump.
  enum class Stage : std::uint8_t { idle, links, addresses };

 private:
  using Next = SysResult<std::optional<KernelFact>>;

  explicit NetlinkMonitor(Fd fd);
  SysResult<> ask(Stage stage);
  Next judge(const NetlinkMessage& message);
  Next finishStage();
  std::optional<KernelFact> drained();

  static constexpr std::size_t kBufferSize = 32768;  // the kernel makes no larger piece of a list

  Fd fd_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  NetlinkReader unread_;
  Stage stage_ = Stage::idle;
  bool interrupted_ = false;  // the kernel calls this part of the listing inconsistent
  bool again_ = false;        // another listing was asked for meanwhile
  bool overrun_ = false;      // told once the socket is empty
  std::uint32_t sequence_ = 0;
};

}  // namespace failoverd::os
