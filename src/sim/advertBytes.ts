// Writes VRRP adverts for the stories: a second hand beside native/wire, so that a mistake there
// is not believed on both sides.

export interface AdvertText {
  readonly version?: 2 | 3;
  readonly vrid?: number;
  readonly priority: number;
  /** Seconds in version 2, centiseconds in version 3. */
  readonly interval?: number;
  readonly addresses?: readonly string[];
  /** The eight octets of PASS, as text; version 2 only. */
  readonly password?: string;
  /** Overwrites octets after the checksum was made: [offset, value]. */
  readonly spoil?: readonly (readonly [number, number])[];
  /** The same before the checksum, so that the packet is whole but says something else. */
  readonly change?: readonly (readonly [number, number])[];
  /** Cuts the packet to so many octets. */
  readonly cut?: number;
}

export function addressBytes(text: string): number[] {
  if (text.includes('.')) return text.split('.').map(Number);
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return [...left, ...middle, ...right].flatMap((group) => [group >> 8, group & 0xff]);
}

function sumOf(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** RFC 9568 §5.2.8: version 3 sums a pseudo-header too; version 2 over IPv4 does not. */
function pseudoHeader(version: number, from: string, to: string, length: number): number[] {
  const source = addressBytes(from);
  if (source.length === 4 && version === 2) return [];
  const addresses = [...source, ...addressBytes(to)];
  if (source.length === 4) return [...addresses, 0, 112, length >> 8, length & 0xff];
  return [...addresses, 0, 0, length >> 8, length & 0xff, 0, 0, 0, 112];
}

/** The VRRP packet that `from` sends to `to`. */
export function advertBytes(advert: AdvertText, from: string, to: string): Uint8Array {
  const { version = 2, vrid = 1, priority, addresses = ['10.0.1.5'], password } = advert;
  const interval = advert.interval ?? (version === 2 ? 1 : 100);
  const timing =
    version === 2
      ? [password === undefined ? 0 : 1, interval]
      : [(interval >> 8) & 0x0f, interval & 0xff];
  const trailer = Array.from({ length: version === 2 ? 8 : 0 }, (_, i) =>
    password === undefined ? 0 : password.charCodeAt(i) || 0,
  );
  const bytes = [
    (version << 4) | 1,
    vrid,
    priority,
    addresses.length,
    ...timing,
    0,
    0,
    ...addresses.flatMap(addressBytes),
    ...trailer,
  ];
  for (const [at, value] of advert.change ?? []) bytes[at] = value;
  const sum = sumOf([...pseudoHeader(version, from, to, bytes.length), ...bytes]);
  bytes[6] = sum >> 8;
  bytes[7] = sum & 0xff;
  for (const [at, value] of advert.spoil ?? []) bytes[at] = value;
  return Uint8Array.from(bytes.slice(0, advert.cut ?? bytes.length));
}
