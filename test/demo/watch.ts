import { startAddressMonitor } from '../lab/address-monitor.ts';
import type { Host } from '../lab/host.ts';
import type { LabProcess } from '../lab/process.ts';

/** This moment, microseconds since 1970. */
export function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}

interface Waiter<T> {
  readonly since: number;
  readonly accept: (one: T) => boolean;
  readonly resolve: (one: T) => void;
}

/** Things that happened, in order, and a way to wait for the next one of a kind. */
class Happenings<T extends { readonly at: number }> {
  readonly all: T[] = [];
  #waiters: Waiter<T>[] = [];

  add(one: T): void {
    this.all.push(one);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (one.at < waiter.since || !waiter.accept(one)) return true;
      waiter.resolve(one);
      return false;
    });
  }

  /** The first one since a moment that is accepted: already seen, or to come. */
  next(since: number, accept: (one: T) => boolean): Promise<T> {
    const seen = this.all.find((one) => one.at >= since && accept(one));
    if (seen) return Promise.resolve(seen);
    return new Promise((resolve) => this.#waiters.push({ since, accept, resolve }));
  }
}

interface VipChange {
  readonly at: number;
  readonly present: boolean;
}

/** Watches in one router's kernel how an address comes and goes (`ip monitor`). */
export class VipWatch {
  readonly #changes = new Happenings<VipChange>();

  static async start(host: Host, address: string): Promise<VipWatch> {
    const watch = new VipWatch();
    const monitor = await startAddressMonitor(host, ['-o']);
    monitor.onLine((line) => {
      if (!line.includes(` ${address}/`)) return;
      watch.#changes.add({ at: now(), present: !line.startsWith('Deleted') });
    });
    return watch;
  }

  /** When the address next comes (or goes), counted from a moment. */
  async next(present: boolean, since: number): Promise<number> {
    return (await this.#changes.next(since, (change) => change.present === present)).at;
  }
}

export interface Answer {
  readonly at: number;
  /** The router whose web server answered. */
  readonly from: string;
}

/** The client that asks all the time, and what it was answered. */
export class Asking {
  readonly #answers = new Happenings<Answer>();

  constructor(client: LabProcess) {
    client.onLine((line) => {
      const [at, from] = line.split(' ');
      if (at && from) this.#answers.add({ at: Number(at), from });
    });
  }

  /** The first answer of a router, counted from a moment. */
  firstFrom(from: string, since: number): Promise<Answer> {
    return this.#answers.next(since, (answer) => answer.from === from);
  }

  /** The longest time without an answer between two moments, in milliseconds. */
  longestSilence(since: number, until: number): number {
    let previous = since;
    let longest = 0;
    for (const { at } of this.#answers.all) {
      if (at < since) continue;
      longest = Math.max(longest, Math.min(at, until) - previous);
      previous = at;
      if (at >= until) break;
    }
    return longest / 1000;
  }
}
