#include "core/rejections.h"

#include "base/check.h"

namespace failoverd::core {
namespace {

std::uint64_t& categoryOf(InstanceCounters& counters, RejectReason reason) {
  switch (reason) {
    case RejectReason::truncated:
    case RejectReason::length:
      return counters.lengthErrors;
    case RejectReason::ttl:
    case RejectReason::peerTtl:
      return counters.ttlErrors;
    case RejectReason::version:
      return counters.versionErrors;
    case RejectReason::type:
      return counters.typeErrors;
    case RejectReason::checksum:
      return counters.checksumErrors;
    case RejectReason::authType:
      return counters.authTypeErrors;
    case RejectReason::authFailure:
    case RejectReason::authMissing:
    case RejectReason::authMalformed:
    case RejectReason::authStale:
    case RejectReason::authUnknownKey:
    case RejectReason::authReplayed:
      return counters.authFailures;
    case RejectReason::interval:
      return counters.intervalErrors;
    case RejectReason::noAddresses:
      return counters.addressListErrors;
    case RejectReason::unknownVrid:
    case RejectReason::ownAddress:
    case RejectReason::notAPeer:
    case RejectReason::wrongForm:
    case RejectReason::ownerIgnores:
    case RejectReason::startupDelay:
      return counters.otherErrors;
  }
  UNREACHABLE();
}

std::size_t at(RejectReason reason) {
  return static_cast<std::size_t>(reason);
}

}  // namespace

std::uint64_t Rejections::count(RejectReason reason, AuthKind auth) {
  if (auth == AuthKind::hmac && reason == RejectReason::authMalformed) ++hmacMalformed;
  if (auth == AuthKind::hmac && reason == RejectReason::authFailure) ++hmacInvalid;
  if (auth == AuthKind::hmac && reason == RejectReason::authReplayed) ++hmacReplayed;
  return ++counts[at(reason)];
}

void Rejections::tell(InstanceCounters& counters) const {
  for (std::size_t i = 0; i < kReasons; ++i) {
    categoryOf(counters, static_cast<RejectReason>(i)) += counts[i];
  }
  counters.authMissing = counts[at(RejectReason::authMissing)];
  counters.authMalformed = hmacMalformed;
  counters.authUnknownKey = counts[at(RejectReason::authUnknownKey)];
  counters.authInvalid = hmacInvalid;
  counters.authStale = counts[at(RejectReason::authStale)];
  counters.authReplayed = hmacReplayed;
}

}  // namespace failoverd::core
