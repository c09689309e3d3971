/** One advert against the configuration and against the other routers of its VRID. Pure. */
import type { AdvertFlaw, OverheardAdvert } from '../../engine/messages.generated.ts';
import type { ExpectedRouter } from './expected.ts';
import type { WireFinding, WireFindingName } from './findings.ts';
import { isVirtualMac, macDifference } from './virtualMac.ts';
import { authWord, isV6 } from './words.ts';

interface OtherSpeaker {
  readonly source: string;
  readonly advert: OverheardAdvert;
}

/** `compared`: there is a configuration, so that a VRID that is not in it is foreign. */
export function advertFindings(
  advert: OverheardAdvert,
  expected: ExpectedRouter | undefined,
  compared: boolean,
  others: readonly OtherSpeaker[],
): WireFinding[] {
  const say = sayer(advert);
  const findings = flawFindings(advert, say);
  if (advert.flaw === 'truncated' || advert.flaw === 'authHeader') return findings;
  if (compared && expected === undefined) {
    findings.push(say('foreign_vrid', 'warning', 'is not in the configuration'));
  }
  // What it says about itself counts for nothing when it is broken.
  if (advert.flaw !== 'none') return findings;
  const odd = macDifference(advert, expected?.sourceMac, expected?.name ?? '');
  if (odd !== undefined) findings.push(say('mac_differs', 'warning', odd));
  const mine = expected && againstConfiguration(advert, expected, say);
  findings.push(...(mine ?? others.flatMap((other) => againstOther(advert, other, say))));
  return findings;
}

type Say = (name: WireFindingName, severity: WireFinding['severity'], what: string) => WireFinding;

function sayer({ source, virtualRouterId }: OverheardAdvert): Say {
  const who = virtualRouterId === 0 ? source : `virtual router ${virtualRouterId} of ${source}`;
  return (name, severity, what) => ({
    name,
    severity,
    sentence: `${who} ${what}`,
    virtualRouterId,
    source,
  });
}

const flawWords: Readonly<Record<Exclude<AdvertFlaw, 'none' | 'checksum'>, string>> = {
  truncated: 'sends a packet that is cut short',
  version: 'sends an unknown VRRP version',
  type: 'sends a packet of an unknown type',
  length: 'sends an advert whose length does not fit its contents',
  authType: 'sends an unknown authentication type',
  interval: 'sends an advert interval of zero',
  authHeader: 'sends an authentication header that makes no sense',
};

function flawFindings(advert: OverheardAdvert, say: Say): WireFinding[] {
  const { flaw, ttl, destination } = advert;
  const findings: WireFinding[] = [];
  const multicast = destination.startsWith('ff')
    ? isV6(destination)
    : /^2(2[4-9]|3\d)\./.test(destination);
  if (flaw === 'checksum') {
    findings.push(
      say('bad_checksum', 'problem', 'sends a wrong checksum: nobody accepts its adverts'),
    );
  } else if (flaw !== 'none') {
    findings.push(say('bad_advert', 'problem', flawWords[flaw]));
  }
  if (multicast && ttl !== 255) {
    const what = `sends adverts that arrive with TTL ${ttl} instead of 255: they are refused everywhere (a router passed them on, or they are forged)`;
    findings.push(say('bad_ttl', 'problem', what));
  }
  return findings;
}

function againstConfiguration(advert: OverheardAdvert, expected: ExpectedRouter, say: Say) {
  const findings: WireFinding[] = [];
  if (advert.version !== expected.version) {
    const what = `speaks VRRPv${advert.version}, and ${expected.name} is configured for VRRPv${expected.version}`;
    return [say('version_differs', 'problem', what)];
  }
  if (advert.advertInterval !== expected.advertInterval) {
    const what = `advertises every ${seconds(advert.advertInterval)}, and ${expected.name} every ${seconds(expected.advertInterval)}`;
    findings.push(say('interval_differs', advert.version === 2 ? 'problem' : 'warning', what));
  }
  if (!sameSet(advert.addresses, expected.addresses)) {
    const what = `advertises ${listed(advert.addresses)}, and ${expected.name} has ${listed(expected.addresses)}`;
    findings.push(say('vips_differ', 'warning', what));
  }
  const auth = authDifference(advert, expected);
  if (auth !== undefined) findings.push(say('auth_differs', 'problem', auth));
  if (advert.checksumAsV2) {
    const what = 'computes its checksum without the pseudo-header (v3_checksum_as_v2)';
    findings.push(say('checksum_differs', 'warning', what));
  }
  return findings;
}

function authDifference(advert: OverheardAdvert, expected: ExpectedRouter): string | undefined {
  const sent = authOf(advert);
  const wanted = expected.hmac ? 'hmac' : expected.auth;
  if (sent !== wanted) {
    return `sends authentication ${sent}, and ${expected.name} is configured for ${wanted}`;
  }
  const { password } = expected;
  if (password === undefined || Buffer.compare(password, advert.password) === 0) return undefined;
  return `sends another password than ${expected.name} has`;
}

/** With authType 2 of RFC 2338 the header says it all. */
function authOf(advert: OverheardAdvert): string {
  if (advert.ahSequence !== undefined) return 'ah';
  if (advert.hmacKeyId !== undefined) return 'hmac';
  const { authType = 0 } = advert;
  return authType === 1 ? 'pass' : authWord(authType);
}

/** Two routers of one VRID, where no configuration says who is right. */
function againstOther(advert: OverheardAdvert, other: OtherSpeaker, say: Say): WireFinding[] {
  const theirs = other.advert;
  if (advert.version !== theirs.version) {
    const what = `speaks VRRPv${advert.version}, and ${other.source} VRRPv${theirs.version}`;
    return [say('version_differs', 'problem', what)];
  }
  const findings: WireFinding[] = [];
  if (advert.advertInterval !== theirs.advertInterval) {
    const what = `advertises every ${seconds(advert.advertInterval)}, and ${other.source} every ${seconds(theirs.advertInterval)}`;
    findings.push(say('interval_differs', advert.version === 2 ? 'problem' : 'warning', what));
  }
  if (!sameSet(advert.addresses, theirs.addresses)) {
    const what = `advertises ${listed(advert.addresses)}, and ${other.source} ${listed(theirs.addresses)}`;
    findings.push(say('vips_differ', 'warning', what));
  }
  if (isVirtualMac(advert.mac) !== isVirtualMac(theirs.mac)) {
    const what = `sends from ${advert.mac}, and ${other.source} from ${theirs.mac}: only one of them has use_vmac`;
    findings.push(say('mac_differs', 'warning', what));
  }
  const differs = authOf(advert) !== authOf(theirs);
  if (differs || Buffer.compare(advert.password, theirs.password) !== 0) {
    const what = differs
      ? `sends authentication ${authOf(advert)}, and ${other.source} ${authOf(theirs)}`
      : `sends another password than ${other.source}`;
    findings.push(say('auth_differs', 'problem', what));
  }
  return findings;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function listed(addresses: readonly string[]): string {
  return addresses.length === 0 ? 'no address' : addresses.join(' ');
}

function seconds(micros: number): string {
  return `${micros / 1e6} s`;
}
