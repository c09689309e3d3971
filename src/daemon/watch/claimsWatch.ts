/**
 * Looks now and then whether another host has a virtual address that this router serves. The kernel
 * does not tell: duplicate address detection is off for virtual addresses, since it would delay each
 * takeover. So each interface is listened to for a moment while the segment is asked who has them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Listener } from '../../engine/index.ts';
import type { Instance } from '../../config/index.ts';
import type {
  EngineEvent,
  OverheardClaim,
  OverheardFrame,
} from '../../engine/messages.generated.ts';
import { listLinks } from '../kernel/links.ts';
import { secondOwners } from '../../observe/claims.ts';
import type { SecondOwner, Served } from '../../observe/claims.ts';

/** From one look to the next, while nothing is odd. */
const everyMs = 30_000;
/** While something is. */
const oddMs = 10_000;
/** Who becomes MASTER announces twice, five seconds apart as a rule; thousands of frames need not be read for this. */
const announcedMs = 8000;
/** Who was MASTER before is given this time to take its addresses away. */
const settleMs = 3000;
/** For answers to our questions. */
const listenMs = 500;
/** Of each interface in one look, one after the other; the rest is asked for in later looks. */
const questions = 64;

export interface ClaimsParts {
  /** Those of the file; a picture of the engine's would be more than is asked for. */
  readonly instances: () => readonly Instance[];
  readonly name: (instance: number) => string;
  /** Of an instance that is MASTER, after each look; undefined: nobody else has its addresses. */
  readonly onLook: (instance: number, other: SecondOwner | undefined) => void;
}

export class ClaimsWatch {
  readonly #parts: ClaimsParts;
  readonly #masters = new Set<number>();
  /** Where to go on asking, by interface. */
  readonly #next = new Map<string, number>();
  readonly #suspects = new Map<number, SecondOwner>();
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;
  #stopped = false;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
  }

  onEvent(event: EngineEvent): void {
    if (event.kind === 'InstanceRemoved') this.#forget(event.instance);
    if (event.kind !== 'StateChanged') return;
    if (event.to !== 'master') {
      this.#forget(event.instance);
      return;
    }
    this.#masters.add(event.instance);
    this.#lookIn(announcedMs);
  }

  #forget(instance: number): void {
    this.#masters.delete(instance);
    this.#suspects.delete(instance);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Sooner than that, if it was to be. */
  #lookIn(ms: number): void {
    const at = performance.now() + ms;
    if (this.#stopped || at >= this.#due) return;
    this.#due = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms).unref();
  }

  async #look(): Promise<void> {
    this.#due = Infinity;
    await Promise.all([...this.#places()].map(([name, served]) => this.#lookAt(name, served)));
    if (this.#masters.size > 0) this.#lookIn(this.#suspects.size > 0 ? oddMs : everyMs);
  }

  /** What is served on each interface. */
  #places(): ReadonlyMap<string, readonly Served[]> {
    const byName = new Map(this.#parts.instances().map((one) => [one.name, one]));
    const places = new Map<string, Served[]>();
    for (const instance of this.#masters) {
      const one = byName.get(this.#parts.name(instance));
      if (one === undefined) continue;
      for (const [name, addresses] of addressesOf(one)) {
        const served = { instance, vrid: one.virtualRouterId, addresses };
        const there = places.get(name);
        if (there === undefined) places.set(name, [served]);
        else there.push(served);
      }
    }
    return places;
  }

  async #lookAt(name: string, served: readonly Served[]): Promise<void> {
    const claims: OverheardClaim[] = [];
    try {
      const hear = ({ outgoing, claim }: OverheardFrame): void => {
        if (!outgoing && claim !== undefined) claims.push(claim);
      };
      const listener = new Listener(name, hear, () => undefined);
      try {
        for (const address of this.#chosen(name, served)) listener.probe(address);
        await sleep(listenMs);
      } finally {
        listener.close();
      }
    } catch {
      // No Ethernet, or the interface has gone: nobody can be asked there.
      return;
    }
    const others = secondOwners(served, claims, ownMacs());
    for (const { instance } of served) this.#judge(instance, others.get(instance));
  }

  /** Heard once, it may be a router that is just giving them up. */
  #judge(instance: number, other: SecondOwner | undefined): void {
    if (this.#stopped || !this.#masters.has(instance)) return;
    const before = this.#suspects.get(instance);
    if (other === undefined) this.#suspects.delete(instance);
    else this.#suspects.set(instance, other);
    if (other === undefined || before !== undefined) this.#parts.onLook(instance, other);
    else this.#lookIn(settleMs);
  }

  #chosen(name: string, served: readonly Served[]): readonly string[] {
    const all = served.flatMap(({ addresses }) => addresses);
    const from = (this.#next.get(name) ?? 0) % Math.max(1, all.length);
    this.#next.set(name, from + questions);
    return [...all.slice(from), ...all.slice(0, from)].slice(0, questions);
  }
}

/** Those of an instance, by the interface whose wire each is on, also where a macvlan has it. */
function addressesOf(one: Instance): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { address, interface: own } of [...one.addresses, ...one.excludedAddresses]) {
    const name = own ?? one.interface;
    if (name !== null) found.set(name, [...(found.get(name) ?? []), address]);
  }
  return found;
}

/** os.networkInterfaces() would tell them, too, and every address of thousands with them. */
function ownMacs(): ReadonlySet<string> {
  return new Set(listLinks().map(({ mac }) => mac));
}
