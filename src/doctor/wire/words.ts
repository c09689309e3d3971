/** What was heard, in tcpdump's words. Pure. A password is never printed. */
import type {
  ClaimKind,
  OverheardAdvert,
  OverheardClaim,
  OverheardFrame,
} from '../../engine/messages.generated.ts';

/** One line for a frame: time, direction where it is ours, and what it says. */
export function frameText(frame: OverheardFrame): string | undefined {
  const said = frame.advert ? advertText(frame.advert) : frame.claim && claimText(frame.claim);
  if (said === undefined) return undefined;
  return `${timeText(frame.utcMicros)} ${said}${frame.outgoing ? ' [sent by this host]' : ''}`;
}

/** `IP 192.0.2.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, ...`. */
function advertText(advert: OverheardAdvert): string {
  const family = isV6(advert.destination) ? 'IP6' : 'IP';
  const from = `${family} ${advert.source} > ${advert.destination}:`;
  const spi = advert.ahSequence === undefined ? '' : ` AH(seq=${advert.ahSequence}):`;
  const { flaw } = advert;
  if (flaw === 'truncated' || flaw === 'authHeader') {
    const what = flaw === 'truncated' ? 'VRRP, truncated' : 'AH, malformed';
    return `${from} ${what}, length ${advert.length}`;
  }
  const parts = [
    `VRRPv${advert.version}`,
    advert.type === 1 ? 'Advertisement' : `type ${advert.type}`,
    `vrid ${advert.virtualRouterId}`,
    `prio ${advert.priority}`,
    ...(advert.authType === undefined ? [] : [`authtype ${authWord(advert.authType)}`]),
    `intvl ${intervalText(advert)}`,
    `length ${advert.length}`,
    ...(advert.hmacKeyId === undefined ? [] : [`hmac key ${advert.hmacKeyId}`]),
    ...(advert.ttl === 255 ? [] : [`ttl ${advert.ttl}`]),
    ...(flaw === 'checksum' ? ['(bad vrrp cksum)'] : []),
    ...(flaw === 'length' ? ['(bad length)'] : []),
  ];
  return `${from}${spi} ${parts.join(', ')}, addrs: ${advert.addresses.join(' ') || 'none'}`;
}

function claimText({ claim, mac, address }: OverheardClaim): string {
  return `${claimWords[claim]}, ${address} is at ${mac}`;
}

const claimWords: Readonly<Record<ClaimKind, string>> = {
  gratuitousArp: 'ARP, Announcement',
  arpReply: 'ARP, Reply',
  neighborAdvert: 'IP6, neighbor advertisement',
};

/** Of VRRPv2 (RFC 2338 §5.3.6). */
export function authWord(authType: number): string {
  return { 0: 'none', 1: 'simple', 2: 'ah' }[authType] ?? String(authType);
}

function intervalText({ version, advertInterval }: OverheardAdvert): string {
  return version === 2 ? `${advertInterval / 1e6}s` : `${advertInterval / 1e4}cs`;
}

/** Local time of day with microseconds, as tcpdump prints it. */
export function timeText(utcMicros: number): string {
  const date = new Date(utcMicros / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const micros = String(Math.floor(utcMicros % 1e6)).padStart(6, '0');
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${clock}.${micros}`;
}

export function isV6(address: string): boolean {
  return address.includes(':');
}
