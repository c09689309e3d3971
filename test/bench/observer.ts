// The observer from outside: tcpdump on the client's end of the wire, with the kernel's time stamps
// in nanoseconds, read from its file after the run so that nothing is parsed while it is measured.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../lab/host.ts';
import type { LabProcess } from '../lab/process.ts';

/** Microseconds since 1970, with fractions. */
export type Time = number;

/**
 * The next full millisecond in the clock of the observer, when it begins: Node tells that clock in
 * no finer steps, and its own finer one drifts away from it by milliseconds within minutes.
 */
export function now(): Time {
  const last = Date.now();
  for (;;) {
    const next = Date.now();
    if (next !== last) return next * 1000;
  }
}

export interface SeenAdvert {
  readonly at: Time;
  readonly from: string;
  readonly vrid: number;
  readonly priority: number;
}

export interface SeenAnnouncement {
  readonly at: Time;
  readonly mac: string;
  readonly address: string;
}

/** A ping, as the client sends it. */
export interface SeenQuestion {
  readonly at: Time;
  readonly to: string;
}

/** An answer to a ping. */
export interface SeenAnswer {
  readonly at: Time;
  readonly mac: string;
  readonly from: string;
}

export interface Seen {
  readonly adverts: readonly SeenAdvert[];
  readonly announcements: readonly SeenAnnouncement[];
  readonly questions: readonly SeenQuestion[];
  readonly answers: readonly SeenAnswer[];
  readonly dropped: number;
}

const FILTER =
  'ip proto 112 or arp or icmp[icmptype] == icmp-echo or icmp[icmptype] == icmp-echoreply';

/** The kernel hands packets over in blocks, which wait for so long to become full. */
const BLOCK_MS = 1000;

export class Observer {
  readonly #tcpdump: LabProcess;
  readonly #file: string;
  readonly #patience: number;

  private constructor(tcpdump: LabProcess, file: string, patience: number) {
    this.#tcpdump = tcpdump;
    this.#file = file;
    this.#patience = patience;
  }

  /** Each packet is handed over at once: a few thousand a second, not tens of thousands. */
  static start(host: Host, filter = FILTER): Promise<Observer> {
    const how = ['-i', 'eth0', '--immediate-mode', '-U'];
    return Observer.#start(host, filter, how, 200);
  }

  /** For tens of thousands a second on this interface: packets are handed over in blocks. */
  static startForMany(host: Host, device: string, filter = FILTER): Promise<Observer> {
    return Observer.#start(host, filter, ['-i', device], 1.5 * BLOCK_MS);
  }

  static async #start(host: Host, filter: string, how: readonly string[], patience: number) {
    const file = host.privatePath(`observer-${now()}.pcap`);
    const flags = '-n -B 65536 -s 96 -Z root --time-stamp-precision=nano'.split(' ');
    const tcpdump = await host.start(['tcpdump', ...flags, ...how, '-w', file, filter]);
    await tcpdump.waitForLine(/listening on/);
    return new Observer(tcpdump, file, patience);
  }

  async stop(): Promise<Seen> {
    await sleep(this.#patience);
    await this.#tcpdump.stop('SIGINT');
    const line = await this.#tcpdump.waitForLine(/dropped by kernel/);
    return { ...readPcap(readFileSync(this.#file)), dropped: Number.parseInt(line, 10) };
  }
}

const NANO_MAGIC = 0xa1b23c4d;
/** The type of an ICMP message that asks for an answer. */
const ECHO = 8;

function readPcap(bytes: Buffer): Omit<Seen, 'dropped'> {
  const adverts: SeenAdvert[] = [];
  const announcements: SeenAnnouncement[] = [];
  const questions: SeenQuestion[] = [];
  const answers: SeenAnswer[] = [];
  if (bytes.length >= 24 && bytes.readUInt32LE(0) !== NANO_MAGIC) throw new Error('no nano pcap');
  for (let at = 24; at + 16 <= bytes.length;) {
    const time = bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4) / 1000;
    const length = bytes.readUInt32LE(at + 8);
    const frame = bytes.subarray(at + 16, at + 16 + length);
    at += 16 + length;
    const type = frame.length >= 34 ? frame.readUInt16BE(12) : 0;
    if (type === 0x0806) announcements.push(...gratuitous(frame, time));
    if (type !== 0x0800) continue;
    const from = dotted(frame, 26);
    const body = 14 + ((frame[14] ?? 0) & 15) * 4;
    if (frame[23] === 112) {
      adverts.push({ at: time, from, vrid: frame[body + 1] ?? 0, priority: frame[body + 2] ?? 0 });
    } else if (frame[23] === 1 && frame[body] === ECHO) {
      questions.push({ at: time, to: dotted(frame, 30) });
    } else if (frame[23] === 1) {
      answers.push({ at: time, mac: macOf(frame, 6), from });
    }
  }
  return { adverts, announcements, questions, answers };
}

function gratuitous(frame: Buffer, at: Time): SeenAnnouncement[] {
  const [teller, target] = [dotted(frame, 28), dotted(frame, 38)];
  return teller === target ? [{ at, mac: macOf(frame, 22), address: teller }] : [];
}

function dotted(frame: Buffer, at: number): string {
  return [...frame.subarray(at, at + 4)].join('.');
}

function macOf(frame: Buffer, at: number): string {
  return frame
    .subarray(at, at + 6)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1:');
}
