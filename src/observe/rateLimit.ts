/**
 * How often a line of one kind is written, and how many were left out.
 *
 * Each kind has a burst for each window. The first line of a later window says how many were left
 * out before it; when no later line comes, `overdue` hands over the count, so that it is told anyway.
 * The memory is bounded: when there are too many kinds, the one quiet for longest is forgotten.
 */
export interface RateLimitOptions {
  readonly burst: number;
  readonly windowMs: number;
  readonly maxKinds: number;
}

const defaultRateLimit: RateLimitOptions = { burst: 20, windowMs: 10_000, maxKinds: 512 };

interface Kind {
  windowStart: number;
  written: number;
  leftOut: number;
}

/** A count that nobody has been told of yet. */
export interface LeftOut {
  readonly kind: string;
  readonly count: number;
}

export class RateLimit {
  readonly #options: RateLimitOptions;
  /** In order of last use: the first is the one quiet for longest. */
  readonly #kinds = new Map<string, Kind>();
  #lost = 0;

  constructor(options: RateLimitOptions = defaultRateLimit) {
    this.#options = options;
  }

  /**
   * Asks for a line of this kind at `now` (milliseconds, monotonic). Undefined: leave it out. A
   * number: write it, and so many of its kind have been left out since the last one.
   */
  admit(name: string, now: number): number | undefined {
    const kind = this.#take(name, now);
    let before = 0;
    if (now - kind.windowStart >= this.#options.windowMs) {
      before = kind.leftOut;
      Object.assign(kind, { windowStart: now, written: 0, leftOut: 0 });
    }
    if (kind.written >= this.#options.burst) {
      kind.leftOut += 1;
      return undefined;
    }
    kind.written += 1;
    return before;
  }

  /** The counts of windows that are over, each handed out once. */
  overdue(now: number): LeftOut[] {
    const found: LeftOut[] = [];
    for (const [name, kind] of this.#kinds) {
      if (kind.leftOut === 0 || now - kind.windowStart < this.#options.windowMs) continue;
      found.push({ kind: name, count: kind.leftOut });
      kind.leftOut = 0;
    }
    if (this.#lost > 0) found.push({ kind: 'various', count: this.#lost });
    this.#lost = 0;
    return found;
  }

  #take(name: string, now: number): Kind {
    const known = this.#kinds.get(name);
    const kind = known ?? { windowStart: now, written: 0, leftOut: 0 };
    if (known !== undefined) this.#kinds.delete(name);
    this.#kinds.set(name, kind);
    if (this.#kinds.size > this.#options.maxKinds) this.#forgetOldest();
    return kind;
  }

  #forgetOldest(): void {
    const oldest = this.#kinds.entries().next().value;
    if (oldest === undefined) return;
    this.#lost += oldest[1].leftOut;
    this.#kinds.delete(oldest[0]);
  }
}
