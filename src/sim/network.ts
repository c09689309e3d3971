// One Ethernet segment. Every packet is lost, delayed, doubled or cut off for each receiver by
// itself; a path may be cut in one direction only, which is what splits routers in the field.

import type { Random } from './random.ts';
import type { World, WorldTime } from './world.ts';

/** A VRRP packet on its way: what the kernel of the receiver would say of it. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly bytes: Uint8Array;
  /** The IP header in front of them, where it is signed (AH). */
  readonly header?: Uint8Array;
}

/** Who hangs on the segment. */
export interface Station {
  readonly name: string;
  /** Its own addresses: what is sent to one of them arrives here alone. */
  readonly addresses: readonly string[];
  receive(packet: Packet): void;
}

export interface Quality {
  /** Probability that one receiver does not get one packet. */
  readonly loss: number;
  /** Probability that it gets it twice. */
  readonly duplication: number;
  /** Microseconds, drawn anew for each packet and receiver. */
  readonly delay: readonly [least: number, most: number];
  /** Packets may overtake each other; on a whole Ethernet segment those of one sender never do. */
  readonly reorders: boolean;
}

export class Network {
  readonly #world: World;
  readonly #random: Random;
  readonly #stations: Station[] = [];
  readonly #cuts = new Map<string, WorldTime>();
  /** When the last packet of a path arrives. */
  readonly #latest = new Map<string, WorldTime>();
  #burstUntil: WorldTime = 0;
  quality: Quality;

  constructor(world: World, random: Random, quality: Quality) {
    this.#world = world;
    this.#random = random;
    this.quality = quality;
  }

  attach(station: Station): void {
    this.#stations.push(station);
  }

  /** Nothing that `from` sends reaches `to` before `until`. */
  cut(from: string, to: string, until: WorldTime): void {
    const path = `${from}>${to}`;
    this.#cuts.set(path, Math.max(until, this.#cuts.get(path) ?? 0));
  }

  /** Nothing at all arrives before `until`: a burst of loss. */
  burst(until: WorldTime): void {
    this.#burstUntil = Math.max(until, this.#burstUntil);
  }

  send(from: Station, packet: Packet): void {
    for (const to of this.#stations) {
      if (to === from || !isFor(to, packet) || !this.#passes(from, to)) continue;
      const copies = this.#random.chance(this.quality.duplication) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        this.#world.at(this.#arrival(from, to), () => to.receive(packet));
      }
    }
  }

  #passes(from: Station, to: Station): boolean {
    const now = this.#world.now;
    if (now < this.#burstUntil) return false;
    if (now < (this.#cuts.get(`${from.name}>${to.name}`) ?? 0)) return false;
    return !this.#random.chance(this.quality.loss);
  }

  #arrival(from: Station, to: Station): WorldTime {
    const drawn = this.#world.now + this.#random.between(...this.quality.delay);
    if (this.quality.reorders) return drawn;
    const path = `${from.name}>${to.name}`;
    const arrival = Math.max(drawn, this.#latest.get(path) ?? 0);
    this.#latest.set(path, arrival);
    return arrival;
  }
}

function isFor(station: Station, packet: Packet): boolean {
  const { destination } = packet;
  const multicast = destination === '224.0.0.18' || destination === 'ff02::12';
  return multicast || station.addresses.includes(destination);
}
