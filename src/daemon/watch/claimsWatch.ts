/**
 * Looks now and then whether another host has a virtual address that this router serves. The kernel
 * does not tell: duplicate address detection is off for virtual addresses, since it would delay each
 * takeover. So each interface is listened to for a moment while the segment is asked who has them.
 *
 * A look at thousands of addresses of which nobody else has one leaves nothing behind: what this host
 * says itself is not heard, and only who has been suspected is remembered.
 */
import { claimsOfOthers } from '../../engine/index.ts';
import type { Instance } from '../../config/index.ts';
import type { EngineEvent } from '../../engine/messages.generated.ts';
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
  /** Those that are MASTER at the moment. */
  readonly masters: ReadonlySet<number>;
  /** Of an instance that is MASTER, after a look; undefined: nobody else has its addresses any more. */
  readonly onLook: (instance: number, other: SecondOwner | undefined) => void;
}

interface Suspect extends SecondOwner {
  /** The interface on which it was heard. */
  readonly on: string;
}

export class ClaimsWatch {
  readonly #parts: ClaimsParts;
  /** Where to go on asking, by interface. */
  readonly #next = new Map<string, number>();
  readonly #suspects = new Map<number, Suspect>();
  #timer: NodeJS.Timeout | undefined;
  #due = Infinity;
  #stopped = false;

  constructor(parts: ClaimsParts) {
    this.#parts = parts;
  }

  /** After `masters` has followed it. */
  onEvent(event: EngineEvent): void {
    if (event.kind === 'InstanceRemoved') this.#suspects.delete(event.instance);
    if (event.kind !== 'StateChanged') return;
    if (event.to === 'master') this.#lookIn(announcedMs);
    else this.#suspects.delete(event.instance);
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
    await Promise.all([...this.#questions()].map(([on, asked]) => this.#lookAt(on, asked)));
    if (this.#parts.masters.size > 0) this.#lookIn(this.#suspects.size > 0 ? oddMs : everyMs);
  }

  /** What is served, in the order of the file: thousands of addresses, of which no list is made. */
  #forPlaces(visit: (on: string, address: string, instance: number, vrid: number) => void): void {
    const ids = new Map<string, number>();
    for (const id of this.#parts.masters) ids.set(this.#parts.name(id), id);
    for (const one of this.#parts.instances()) {
      const instance = ids.get(one.name);
      if (instance === undefined) continue;
      for (const list of [one.addresses, one.excludedAddresses]) {
        for (const { address, interface: own } of list) {
          // The interface whose wire it is on, also where a macvlan has it.
          const on = own ?? one.interface;
          if (on !== null) visit(on, address, instance, one.virtualRouterId);
        }
      }
    }
  }

  /** What to ask for on each interface: the next few addresses, and whatever is suspected. */
  #questions(): ReadonlyMap<string, readonly string[]> {
    const turns = new Map<string, Turn>();
    this.#forPlaces((on, address) => {
      let turn = turns.get(on);
      if (turn === undefined) turns.set(on, (turn = new Turn(this.#next.get(on) ?? 0)));
      turn.pass(address);
    });
    const asked = new Map<string, readonly string[]>();
    for (const [on, turn] of turns) {
      this.#next.set(on, turn.next);
      const suspected = [...this.#suspects.values()].filter((suspect) => suspect.on === on);
      asked.set(on, [...new Set([...suspected.map(({ address }) => address), ...turn.chosen])]);
    }
    return asked;
  }

  async #lookAt(on: string, asked: readonly string[]): Promise<void> {
    const claims = await claimsOfOthers(on, asked, listenMs).catch(() => undefined);
    // No Ethernet, or the interface has gone: nobody can be asked there.
    if (claims === undefined || this.#stopped) return;
    const forServed = (visit: (served: Served) => void): void =>
      this.#forPlaces((place, address, instance, vrid) => {
        if (place === on) visit({ instance, vrid, address });
      });
    const others = secondOwners(forServed, claims, ownMacs());
    for (const [instance, suspect] of this.#suspects) {
      if (suspect.on === on && !others.has(instance)) this.#acquit(instance);
    }
    for (const [instance, other] of others) this.#suspect(instance, { ...other, on });
  }

  /** Heard once, it may be a router that is just giving them up. */
  #suspect(instance: number, other: Suspect): void {
    if (!this.#parts.masters.has(instance)) return;
    const before = this.#suspects.get(instance);
    this.#suspects.set(instance, other);
    if (before === undefined) this.#lookIn(settleMs);
    else this.#parts.onLook(instance, other);
  }

  #acquit(instance: number): void {
    this.#suspects.delete(instance);
    this.#parts.onLook(instance, undefined);
  }
}

/** The addresses of one interface go by; the next few of them are chosen, round and round. */
class Turn {
  readonly #from: number;
  readonly #first: string[] = [];
  readonly #chosen: string[] = [];
  #count = 0;

  constructor(from: number) {
    this.#from = from;
  }

  pass(address: string): void {
    if (this.#first.length < questions) this.#first.push(address);
    if (this.#count >= this.#from && this.#chosen.length < questions) this.#chosen.push(address);
    this.#count += 1;
  }

  get chosen(): readonly string[] {
    return this.#count <= questions ? this.#first : this.#chosen;
  }

  /** Where the next turn goes on. */
  get next(): number {
    const next = this.#from + questions;
    return next < this.#count ? next : 0;
  }
}

/** os.networkInterfaces() would tell them, too, and every address of thousands with them. */
function ownMacs(): ReadonlySet<string> {
  return new Set(listLinks().map(({ mac }) => mac));
}
