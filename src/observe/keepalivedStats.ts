/** keepalived's statistics as text, which exporters read. Pure. */
import type { InstanceReport } from './statusReport.ts';

type Counters = InstanceReport['counters'];

/**
 * A line for each counter, in keepalived's order; what it counts apart and we do not is 0. Those of
 * auth_hmac are there for the instances that use it (`signed`): older parsers do not know them.
 */
export function keepalivedStats(
  instances: readonly InstanceReport[],
  signed: ReadonlySet<string>,
): string {
  return instances.map(({ name, counters }) => statsOf(name, counters, signed.has(name))).join('');
}

function statsOf(name: string, counters: Counters, signed: boolean): string {
  return `VRRP Instance: ${name}
  Advertisements:
    Received: ${counters.advertsReceived}
    Sent: ${counters.advertsSent}
  Became master: ${counters.becameMaster}
  Released master: ${counters.releasedMaster}
  Packet Errors:
    Length: ${counters.lengthErrors}
    TTL: ${counters.ttlErrors}
    Invalid Type: ${counters.typeErrors}
    Advertisement Interval: ${counters.intervalErrors}
    Address List: ${counters.addressListErrors}
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: ${counters.authTypeErrors}
    Failure: ${plainFailures(counters)}
${signed ? extensionErrors(counters) : ''}  Priority Zero:
    Received: ${counters.goodbyesReceived}
    Sent: ${counters.goodbyesSent}
`;
}

function extensionErrors(counters: Counters): string {
  return `  Authentication Extension Errors:
    Missing: ${counters.authMissing}
    Malformed: ${counters.authMalformed}
    Unknown Key: ${counters.authUnknownKey}
    Invalid HMAC: ${counters.authInvalid}
    Stale: ${counters.authStale}
    Replay: ${counters.authReplayed}
`;
}

/** Of passwords and AH: keepalived counts those of auth_hmac beside them. */
function plainFailures(counters: Counters): number {
  const { authMissing, authMalformed, authUnknownKey } = counters;
  const { authInvalid, authStale, authReplayed } = counters;
  const ofHmac =
    authMissing + authMalformed + authUnknownKey + authInvalid + authStale + authReplayed;
  return counters.authFailures - ofHmac;
}

/** The same for the JSON file. */
export function keepalivedStatsObject(counters: Counters) {
  return {
    advert_rcvd: counters.advertsReceived,
    advert_sent: counters.advertsSent,
    become_master: counters.becameMaster,
    release_master: counters.releasedMaster,
    packet_len_err: counters.lengthErrors,
    advert_interval_err: counters.intervalErrors,
    ip_ttl_err: counters.ttlErrors,
    invalid_type_rcvd: counters.typeErrors,
    addr_list_err: counters.addressListErrors,
    invalid_authtype: 0,
    authtype_mismatch: counters.authTypeErrors,
    auth_failure: plainFailures(counters),
    auth_ext_missing: counters.authMissing,
    auth_ext_malformed: counters.authMalformed,
    auth_ext_unknown_key: counters.authUnknownKey,
    auth_ext_invalid_hmac: counters.authInvalid,
    auth_ext_stale: counters.authStale,
    auth_ext_replay: counters.authReplayed,
    pri_zero_rcvd: counters.goodbyesReceived,
    pri_zero_sent: counters.goodbyesSent,
  };
}
