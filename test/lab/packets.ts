// What the witness saw: tcpdump's lines (`-n -tt -e`) read as values. tcpdump and not our own
// decoder, so that a mistake cannot hide by being made twice.

interface Seen {
  /** The kernel's time stamp, microseconds since 1970. */
  readonly at: number;
  /** The Ethernet address it came from. */
  readonly mac: string;
  /** tcpdump's line, without time and Ethernet header. */
  readonly text: string;
}

export interface Advert extends Seen {
  readonly kind: 'advert';
  readonly from: string;
  readonly to: string;
  readonly version: number;
  readonly vrid: number;
  readonly priority: number;
}

/** A gratuitous ARP request or an unsolicited neighbour advertisement for `address`. */
export interface Announcement extends Seen {
  readonly kind: 'announcement';
  readonly address: string;
}

export interface OtherPacket extends Seen {
  readonly kind: 'other';
}

export type Packet = Advert | Announcement | OtherPacket;

const HEADER =
  /^(?<seconds>\d+)\.(?<micros>\d{6}) (?<mac>[0-9a-f:]{17}) > [^,]+, [^:]*: (?<text>.*)$/;
const ADVERT =
  /^(?:\([^)]*\) )?(?<from>\S+) > (?<to>\S+): .*VRRPv(?<version>[23]), Advertisement,.* vrid (?<vrid>\d+), prio (?<priority>\d+)/;
const GRATUITOUS_ARP = /^Request who-has (?<address>\S+)(?: \([^)]*\))? tell (?<teller>[^\s,]+)/;
const UNSOLICITED_NA = /> ff02::1: ICMP6, neighbor advertisement, tgt is (?<address>[^\s,]+)/;

/** Reads one of tcpdump's lines; undefined when it is not about a packet. */
export function readPacket(line: string): Packet | undefined {
  const header = HEADER.exec(line)?.groups;
  if (!header) return undefined;
  const { seconds = '', micros = '', mac = '', text = '' } = header;
  const seen = { at: Number(seconds) * 1e6 + Number(micros), mac, text };
  const advert = ADVERT.exec(text)?.groups;
  if (advert) {
    return {
      ...seen,
      kind: 'advert',
      from: advert['from'] ?? '',
      to: advert['to'] ?? '',
      version: Number(advert['version']),
      vrid: Number(advert['vrid']),
      priority: Number(advert['priority']),
    };
  }
  const arp = GRATUITOUS_ARP.exec(text)?.groups;
  if (arp && arp['address'] === arp['teller']) {
    return { ...seen, kind: 'announcement', address: arp['address'] ?? '' };
  }
  const na = UNSOLICITED_NA.exec(text)?.groups;
  if (na) return { ...seen, kind: 'announcement', address: na['address'] ?? '' };
  return { ...seen, kind: 'other' };
}
