#include "guardian/line.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/bytes.h"

namespace failoverd::guardian {
namespace {

constexpr std::string_view kReady = "ready\n";
constexpr std::size_t kMostUnread = 4U << 20;

}  // namespace

void Line::sayReady() const {
  (void)!::write(fd_, kReady.data(), kReady.size());
}

bool Line::read() {
  std::array<std::uint8_t, 4096> buffer;
  for (;;) {
    const auto count = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    unread_.insert(unread_.end(), buffer.begin(), buffer.begin() + count);
    takeLists();
    if (unread_.size() > kMostUnread) return false;
  }
}

void Line::takeLists() {
  for (;;) {
    ByteReader in(unread_);
    const auto length = in.u32();
    const auto list = in.take(length.value_or(0));
    if (!length || !list) return;
    records_.assign(list->begin(), list->end());
    unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(in.position()));
  }
}

}  // namespace failoverd::guardian
