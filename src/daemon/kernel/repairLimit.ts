/** How often something is put back before whoever removes it has won for a while. */

const windowMs = 60_000;

interface Window {
  readonly since: number;
  count: number;
}

export class RepairLimit {
  readonly #most: number;
  readonly #windows = new Map<string, Window>();

  /** `most`: for each name, in the minute that its first repair begins. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it may be put back. `now`: milliseconds of any clock that goes on. */
  allows(name: string, now: number): boolean {
    return (this.#present(name, now)?.count ?? 0) < this.#most;
  }

  /** It has been put back. True: that was the last time in this minute. */
  count(name: string, now: number): boolean {
    const window = this.#present(name, now) ?? { since: now, count: 0 };
    window.count += 1;
    this.#windows.set(name, window);
    return window.count === this.#most;
  }

  /** When the first of those that may not be put back may be again; undefined: there is none. */
  nextChance(now: number): number | undefined {
    const waiting = [...this.#windows].filter(([name]) => !this.allows(name, now));
    if (waiting.length === 0) return undefined;
    return Math.min(...waiting.map(([, { since }]) => since + windowMs));
  }

  #present(name: string, now: number): Window | undefined {
    const window = this.#windows.get(name);
    return window !== undefined && now - window.since < windowMs ? window : undefined;
  }
}
