// Whole frames of a capture, for what tcpdump does not know: trailers of signed adverts, and what is
// to be sent once more.

import { run } from './commands.ts';
import type { Capture } from './capture.ts';

/** Each frame as hexadecimal digits. */
export async function framesOf({ file }: Capture): Promise<string[]> {
  const text = await run(['tcpdump', '-n', '-xx', '-r', file]);
  return text
    .split(/^\d.*$/m)
    .map((one) => one.replaceAll(/0x[0-9a-f]+:|\s/g, ''))
    .filter((one) => one !== '');
}

/** A VRRP packet of an Ethernet frame, IP taken off. */
export interface VrrpPacket {
  readonly family: 4 | 6;
  readonly source: Buffer;
  /** All that IP says belongs to it, a trailer included. */
  readonly payload: Buffer;
  readonly version: number;
  readonly vrid: number;
}

export function vrrpOf(frame: string): VrrpPacket {
  const ip = Buffer.from(frame, 'hex').subarray(14);
  const family = (ip[0] ?? 0) >> 4 === 4 ? 4 : 6;
  const head = family === 4 ? ((ip[0] ?? 0) & 15) * 4 : 40;
  const end = family === 4 ? ip.readUInt16BE(2) : 40 + ip.readUInt16BE(4);
  const payload = ip.subarray(head, end);
  const source = family === 4 ? ip.subarray(12, 16) : ip.subarray(8, 24);
  return { family, source, payload, version: (payload[0] ?? 0) >> 4, vrid: payload[1] ?? 0 };
}
