// A pretend kernel: addresses and one link. It confirms late, refuses with an errno when told to,
// and keeps what a dead daemon left behind, as the real one does.

import type { Input, Output } from '../engine/messages.generated.ts';
import type { Random } from './random.ts';
import type { World, WorldTime } from './world.ts';

/** The interface that carries everything in a simulated host. */
export const IF_NAME = 'eth0';
const FIRST_INDEX = 2;
const EADDRNOTAVAIL = 99;
const ENODEV = 19;
const ENOMEM = 12;
const ESRCH = 3;

type AddAddress = Extract<Output, { kind: 'AddAddress' }>;
type RemoveAddress = Extract<Output, { kind: 'RemoveAddress' }>;
type RequestObject = Extract<Output, { kind: 'RequestObject' }>;
type ObjectKey = RequestObject['key'];

/** What the administrator gave the host. */
export interface Own {
  readonly address: string;
  readonly linkLocal: string;
  readonly mac: string;
}

export class Kernel {
  readonly #world: World;
  readonly #random: Random;
  readonly #own: Own;
  /** Virtual addresses that stand on the interface, with their prefix lengths. */
  readonly #virtual = new Map<string, number>();
  /** Routes, rules and filters, by what tells one from another. */
  readonly #objects = new Map<string, ObjectKey>();
  readonly #watch: (address: string, present: boolean) => void;
  #tell: (fact: Input) => void = () => {};
  #refuseUntil: WorldTime = 0;
  #muteUntil: WorldTime = 0;
  #up = true;
  #plugged = true;
  #ifIndex = FIRST_INDEX;
  #listing = 0;
  #busyUntil: WorldTime = 0;

  /** `watch` sees virtual addresses come and go, whoever asked for it. */
  constructor(
    world: World,
    random: Random,
    own: Own,
    watch: (address: string, present: boolean) => void,
  ) {
    this.#world = world;
    this.#random = random;
    this.#own = own;
    this.#watch = watch;
  }

  get up(): boolean {
    return this.#up && this.#plugged;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  get mute(): boolean {
    return this.#world.now < this.#muteUntil;
  }

  get ifIndex(): number {
    return this.#ifIndex;
  }

  get addresses(): ReadonlyMap<string, number> {
    return this.#virtual;
  }

  get objects(): ReadonlySet<string> {
    return new Set(this.#objects.keys());
  }

  /** Something that was asked for has not been answered. */
  get owes(): boolean {
    return this.#busyUntil >= this.#world.now;
  }

  /** Whoever lives now hears the facts; the dead one before is not answered any more. */
  attach(tell: (fact: Input) => void): void {
    const listing = ++this.#listing;
    this.#tell = (fact) => {
      if (listing === this.#listing) tell(fact);
    };
    this.#list();
  }

  detach(): void {
    this.#listing++;
    this.#tell = () => {};
  }

  setLink(up: boolean): void {
    if (this.#up === up) return;
    this.#up = up;
    if (this.#plugged) this.#tell(this.#link());
  }

  /** The interface goes, and all of its addresses with it. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    for (const [name, { kind }] of this.#objects) if (kind === 'filter') this.#objects.delete(name);
    for (const [address, length] of this.#virtual) this.#gone(address, length);
    this.#tell({ kind: 'LinkRemoved', ifIndex: this.#ifIndex });
  }

  /** Another one of that name comes. */
  plug(): void {
    if (this.#plugged) return;
    this.#plugged = true;
    this.#ifIndex++;
    this.#tell(this.#link());
    for (const fact of this.#ownAddresses()) this.#tell(fact);
  }

  /** Every address is refused before this instant. */
  refuseUntil(until: WorldTime): void {
    this.#refuseUntil = until;
  }

  /** Every advert is refused before this instant. */
  muteUntil(until: WorldTime): void {
    this.#muteUntil = until;
  }

  /** Somebody else takes a virtual address away. */
  steal(address: string): void {
    const length = this.#virtual.get(address);
    if (length !== undefined) this.#gone(address, length);
  }

  add(request: AddAddress): void {
    const tell = this.#tell;
    const { address, prefixLength } = request.address;
    this.#later(() => {
      const errorNumber = this.#errorOf(request.ifIndex);
      if (errorNumber === 0) {
        this.#virtual.set(address, prefixLength);
        this.#watch(address, true);
        this.#tell(this.#appeared(address, prefixLength, true));
      }
      tell({ kind: 'AddressResult', request: request.request, errorNumber });
    });
  }

  remove(request: RemoveAddress): void {
    const tell = this.#tell;
    const { address, prefixLength } = request;
    this.#later(() => {
      const present = this.#virtual.has(address) && request.ifIndex === this.#ifIndex;
      if (present) this.#gone(address, prefixLength);
      const errorNumber = present ? 0 : EADDRNOTAVAIL;
      tell({ kind: 'AddressResult', request: request.request, errorNumber });
    });
  }

  /** A route, a rule or a filter is to come or to go; what stands already is replaced. */
  request({ request, key, add }: RequestObject): void {
    const tell = this.#tell;
    this.#later(() => {
      // A filter hangs on the interface.
      const refused =
        add && (this.#world.now < this.#refuseUntil || (key.kind === 'filter' && !this.#plugged));
      const missing = !add && !this.#objects.has(objectName(key));
      const errorNumber = refused ? ENOMEM : missing ? ESRCH : 0;
      if (errorNumber === 0 && add) this.#objects.set(objectName(key), key);
      if (errorNumber === 0 && !add) this.#dropObject(key);
      tell({ kind: 'AddressResult', request, errorNumber });
    });
  }

  /** Somebody else takes a route, a rule or a filter away. */
  stealObject(): void {
    const [key] = this.#objects.values();
    if (key !== undefined) this.#dropObject(key);
  }

  #dropObject(key: ObjectKey): void {
    this.#objects.delete(objectName(key));
    // Of a filter it names the interface by its number.
    const told = key.kind === 'filter' ? { ...key, table: this.#ifIndex } : key;
    this.#tell({ kind: 'ObjectRemoved', key: told });
  }

  #errorOf(ifIndex: number): number {
    if (!this.#plugged || ifIndex !== this.#ifIndex) return ENODEV;
    return this.#world.now < this.#refuseUntil ? ENOMEM : 0;
  }

  #gone(address: string, prefixLength: number): void {
    this.#virtual.delete(address);
    this.#watch(address, false);
    const ifIndex = this.#ifIndex;
    this.#tell({ kind: 'LocalAddressRemoved', ifIndex, address, prefixLength });
  }

  #list(): void {
    if (this.#plugged) {
      this.#tell(this.#link());
      for (const fact of this.#ownAddresses()) this.#tell(fact);
      for (const [address, length] of this.#virtual) {
        this.#tell(this.#appeared(address, length, true));
      }
    }
    this.#tell({ kind: 'KernelListed' });
  }

  /** The kernel answers requests in their order, each some time after it was made. */
  #later(run: () => void): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#world.now) + this.#random.between(5, 400);
    this.#world.at(this.#busyUntil, run);
  }

  #link(): Input {
    return {
      kind: 'LinkChanged',
      ifIndex: this.#ifIndex,
      interfaceName: IF_NAME,
      up: this.#up,
      running: this.#up,
      mac: this.#own.mac,
      mtu: 1500,
      noArp: false,
    };
  }

  #ownAddresses(): readonly Input[] {
    const { address, linkLocal } = this.#own;
    return [this.#appeared(address, 24, false), this.#appeared(linkLocal, 64, false)];
  }

  #appeared(address: string, prefixLength: number, ours: boolean): Input {
    return {
      kind: 'LocalAddressAppeared',
      ifIndex: this.#ifIndex,
      address,
      prefixLength,
      secondary: ours,
      tentative: false,
      ours,
    };
  }
}

/** As the kernel tells routes and rules apart. */
export function objectName({
  kind,
  destination,
  prefixLength,
  table,
  priority,
}: ObjectKey): string {
  return `${kind} ${destination}/${prefixLength} table ${table} priority ${priority}`;
}
