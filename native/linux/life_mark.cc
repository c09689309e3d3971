#include "linux/life_mark.h"

#include <pthread.h>

#include <cerrno>

#include "base/check.h"

namespace failoverd::os {
namespace {

static_assert(sizeof(pthread_mutex_t) <= LifeMark::kBytes);

pthread_mutex_t* mutexAt(std::span<std::uint8_t> place) {
  return reinterpret_cast<pthread_mutex_t*>(place.data());
}

}  // namespace

LifeMark::LifeMark(std::span<std::uint8_t> place) : place_(place) {
  CHECK(place.size() >= kBytes);
  CHECK(reinterpret_cast<std::uintptr_t>(place.data()) % alignof(pthread_mutex_t) == 0);
}

SysResult<LifeMark> LifeMark::make(std::span<std::uint8_t> place) {
  LifeMark mark(place);
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  const int error = ::pthread_mutex_init(mutexAt(place), &attributes);
  ::pthread_mutexattr_destroy(&attributes);
  if (error != 0) return Errno{error};
  return mark;
}

SysResult<> LifeMark::take() {
  const int error = ::pthread_mutex_lock(mutexAt(place_));
  if (error != 0) return Errno{error};
  return Done{};
}

void LifeMark::release() {
  ::pthread_mutex_unlock(mutexAt(place_));
}

bool LifeMark::awaitDeath() {
  const int error = ::pthread_mutex_lock(mutexAt(place_));
  // Given back without being made consistent, it tells the next one of the death as well.
  if (error == 0 || error == EOWNERDEAD) ::pthread_mutex_unlock(mutexAt(place_));
  return error == EOWNERDEAD || error == ENOTRECOVERABLE;
}

}  // namespace failoverd::os
