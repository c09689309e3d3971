// Adverts and announcements that no router would send, from one host of a lab.
import path from 'node:path';
import { run } from './commands.ts';
import type { Host } from './host.ts';
import type { LabProcess } from './process.ts';

/** What test/lab/forge.py understands. */
export interface Forgery {
  readonly source?: string;
  readonly mac?: string;
  readonly version?: 2 | 3;
  readonly vrid?: number;
  readonly priority?: number;
  readonly interval?: number;
  readonly ttl?: number;
  readonly addresses?: readonly string[];
  readonly auth?: number;
  readonly password?: string;
  readonly badChecksum?: boolean;
  /** A trailer of HMAC-SHA-256 with this key id follows. */
  readonly hmacKey?: number;
  /** This bit of the advert is inverted. */
  readonly flip?: number;
  /** So many octets are missing at the end. */
  readonly cut?: number;
  /** So many octets of no meaning follow. */
  readonly junk?: number;
  /** A whole Ethernet frame, in hexadecimal digits, instead of what the other fields would make. */
  readonly frame?: string;
  /** A gratuitous ARP for this address instead of an advert. */
  readonly arp?: string;
  readonly repeat?: number;
  /** Seconds after each. */
  readonly every?: number;
}

const script = path.join(import.meta.dirname, 'forge.py');

/** Sends them one after the other by the host's eth0. */
export async function forge(host: Host, forgeries: readonly Forgery[]): Promise<void> {
  await run([...host.entered(), 'python3', script, 'eth0'], `${linesOf(forgeries)}\n`);
}

/** Goes on sending one of them until the process is stopped. */
export function startForging(host: Host, forgery: Forgery): Promise<LabProcess> {
  const argv = ['python3', script, 'eth0', JSON.stringify(forgery)];
  return host.start(argv, { name: 'forger' });
}

/** What it was to send them: how many, and the seconds of CPU time that it took. */
export interface Flooded {
  readonly sent: number;
  readonly cpu: number;
}

/** Sends all of them in turn by the host's eth0, so many a second, until it is told to end. */
export async function startFlood(
  host: Host,
  forgeries: readonly Forgery[],
  rate: number,
): Promise<{ readonly end: () => Promise<Flooded> }> {
  const file = host.writeConfig(linesOf(forgeries), 'flood.json');
  const argv = ['python3', script, 'eth0', '--flood', String(rate), file];
  const flooder = await host.start(argv, { name: 'flood' });
  const end = async (): Promise<Flooded> => {
    flooder.signal('SIGTERM');
    return JSON.parse(await flooder.waitForLine(/^\{/)) as Flooded;
  };
  return { end };
}

function linesOf(forgeries: readonly Forgery[]): string {
  return forgeries.map((one) => JSON.stringify(one)).join('\n');
}
