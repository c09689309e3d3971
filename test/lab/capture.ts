import { run } from './commands.ts';
import { eventually } from './eventually.ts';
import type { Host } from './host.ts';
import { readPacket, type Advert, type Announcement, type Packet } from './packets.ts';
import type { LabProcess } from './process.ts';

/** Which adverts are meant; what is left out matches every one. */
export interface AdvertFilter {
  readonly from?: string;
  readonly priority?: number;
  readonly vrid?: number;
  /** Not before this moment, as `Capture.now()` tells it. */
  readonly since?: number;
  readonly until?: number;
}

/** What a capture asks tcpdump for: adverts of both families (also behind AH), ARP and neighbour discovery. */
const WITNESS_FILTER = 'ip proto 112 or ip proto 51 or ip6 proto 112 or arp or icmp6';

/** The witness: tcpdump on one host's interface, read as it goes and kept as a pcap file. */
export class Capture {
  readonly packets: Packet[] = [];
  readonly file: string;
  readonly #tcpdump: LabProcess;

  private constructor(tcpdump: LabProcess, file: string) {
    this.#tcpdump = tcpdump;
    this.file = file;
    tcpdump.onLine((line) => {
      const packet = readPacket(line);
      if (packet) this.packets.push(packet);
    });
  }

  /** Starts tcpdump and returns once it is listening. */
  static async start(host: Host, device = 'eth0', filter = WITNESS_FILTER): Promise<Capture> {
    const file = host.privatePath(`${device}-${Capture.now()}.pcap`);
    const argv = `tcpdump -n -l -tt -e --immediate-mode -B 16384 -Z root -i ${device}`.split(' ');
    const tcpdump = await host.start([...argv, '-U', '-w', file, '--print', filter]);
    const capture = new Capture(tcpdump, file);
    await tcpdump.waitForLine(/listening on/);
    return capture;
  }

  /** This moment in the clock of the time stamps, microseconds, never later than it is. */
  static now(): number {
    return Date.now() * 1000;
  }

  adverts(filter: AdvertFilter = {}): Advert[] {
    return this.packets.filter(
      (packet): packet is Advert => packet.kind === 'advert' && advertMatches(packet, filter),
    );
  }

  advertsFrom(from: string): Advert[] {
    return this.adverts({ from });
  }

  /** The first advert that matches, now or as soon as it is seen. */
  waitForAdvert(filter: AdvertFilter, timeoutMs?: number): Promise<Advert> {
    return eventually(
      `an advert with ${JSON.stringify(filter)}`,
      () => {
        const found = this.adverts(filter)[0];
        if (!found) throw new Error(`the last packets were\n${this.tail()}`);
        return found;
      },
      timeoutMs === undefined ? {} : { timeoutMs },
    );
  }

  /** Gratuitous ARP requests or unsolicited neighbour advertisements for an address. */
  announcements(address: string, mac?: string, since = 0): Announcement[] {
    return this.packets.filter(
      (packet): packet is Announcement =>
        packet.kind === 'announcement' &&
        packet.address === address &&
        packet.at >= since &&
        (mac === undefined || packet.mac === mac),
    );
  }

  waitForAnnouncement(address: string, mac: string, since = 0): Promise<Announcement> {
    return eventually(
      `an announcement of ${address} by ${mac}`,
      () => this.announcements(address, mac, since)[0],
    );
  }

  /** Ends the capture and returns how many packets the kernel could not hand over. */
  async stop(): Promise<{ readonly droppedByKernel: number }> {
    await this.#tcpdump.stop('SIGINT');
    const line = await this.#tcpdump.waitForLine(/dropped by kernel/);
    return { droppedByKernel: Number.parseInt(line, 10) };
  }

  /** Has tshark dissect the capture: one row of fields for every packet that matches. */
  async dissect(filter: string, fields: readonly string[]): Promise<Record<string, string>[]> {
    const wanted = fields.flatMap((field) => ['-e', field]);
    const text = await run([
      'tshark',
      '-n',
      '-r',
      this.file,
      '-Y',
      filter,
      '-T',
      'fields',
      ...wanted,
    ]);
    const rows = text.split('\n').filter((line) => line !== '');
    return rows.map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? '']));
    });
  }

  /** The last packets as text, for a message about a failure. */
  tail(count = 12): string {
    return this.packets
      .slice(-count)
      .map((packet) => `${(packet.at / 1e6).toFixed(6)} ${packet.text}`)
      .join('\n');
  }
}

function advertMatches(advert: Advert, filter: AdvertFilter): boolean {
  return (
    (filter.from === undefined || advert.from === filter.from) &&
    (filter.priority === undefined || advert.priority === filter.priority) &&
    (filter.vrid === undefined || advert.vrid === filter.vrid) &&
    advert.at >= (filter.since ?? 0) &&
    advert.at <= (filter.until ?? Number.POSITIVE_INFINITY)
  );
}
