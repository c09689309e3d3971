// Virtual time. A world is a heap of things to do, each at an instant; running it means taking
// the earliest until none is left before the end. Nothing here sleeps or reads a clock, so an
// hour of several routers takes milliseconds and one seed is one story, for ever.
//
// Called by `runSeed` (swarm.ts) and by stories written by hand. Never touches the network, a
// file or a real timer.

/** Microseconds since the world began. */
export type WorldTime = number;

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;

interface Entry {
  readonly at: WorldTime;
  /** Breaks ties: what was scheduled first happens first. */
  readonly order: number;
  readonly run: () => void;
}

export class World {
  #now: WorldTime = 0;
  #scheduled = 0;
  readonly #heap: Entry[] = [];

  get now(): WorldTime {
    return this.#now;
  }

  /** Does `run` at the instant `time`; what is already past happens next. */
  at(time: WorldTime, run: () => void): void {
    const entry = { at: Math.max(time, this.#now), order: this.#scheduled++, run };
    let child = this.#heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(this.#at(child), this.#at(parent))) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  after(delay: number, run: () => void): void {
    this.at(this.#now + delay, run);
  }

  /** Lets everything up to and including `end` happen. */
  runUntil(end: WorldTime): void {
    for (let first = this.#heap[0]; first !== undefined && first.at <= end; first = this.#heap[0]) {
      this.#takeFirst();
      this.#now = first.at;
      first.run();
    }
    this.#now = Math.max(this.#now, end);
  }

  #takeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let parent = 0;
    for (;;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.#heap.length && before(this.#at(child), this.#at(least))) least = child;
      }
      if (least === parent) return;
      this.#swap(least, parent);
      parent = least;
    }
  }

  #at(index: number): Entry {
    const entry = this.#heap[index];
    if (entry === undefined) throw new RangeError('heap index');
    return entry;
  }

  #swap(a: number, b: number): void {
    const held = this.#at(a);
    this.#heap[a] = this.#at(b);
    this.#heap[b] = held;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
