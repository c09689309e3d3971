/**
 * When a check is due: at `start + n x interval`, to the millisecond and for ever. The deadlines are
 * absolute, so neither a slow check nor a late timer pushes the next one away. What fell due while
 * this process was not running is not made up for; it is counted.
 */
import type { Clock, Timer } from '../base/clock.ts';

export interface ScheduleOptions {
  readonly clock: Clock;
  /** From one time to the next, in milliseconds, above 0. */
  readonly intervalMs: number;
  /** Each time but the first is later by up to this much, and never by more than the interval. */
  readonly jitterMs?: number;
  /** From 0 to 1, for the jitter. */
  readonly random?: () => number;
  readonly onDue: () => void;
  /** Told of times that were left out. */
  readonly onMissed?: (count: number) => void;
}

export class Schedule {
  readonly #options: ScheduleOptions;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #origin = 0;
  #index = 0;
  #nextAt = 0;
  #timer: Timer | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** Begins; the first time is now. */
  start(): void {
    this.#state = 'started';
    this.#origin = this.#options.clock.now();
    this.#due();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#timer?.cancel();
  }

  /** Whether it has been started, ever. */
  get begun(): boolean {
    return this.#state !== 'new';
  }

  get stopped(): boolean {
    return this.#state === 'stopped';
  }

  /** Undefined when there is no next time. */
  nextInMs(): number | undefined {
    if (this.#state !== 'started') return undefined;
    return Math.max(0, this.#nextAt - this.#options.clock.now());
  }

  #due(): void {
    const { clock, intervalMs, jitterMs = 0, random = () => 0, onDue, onMissed } = this.#options;
    onDue();
    if (this.stopped) return;
    const later = Math.min(jitterMs, intervalMs) * random();
    this.#nextAt = this.#origin + (this.#index + 1) * intervalMs + later;
    this.#timer = clock.at(this.#nextAt, () => {
      const present = Math.floor((clock.now() - later - this.#origin) / intervalMs);
      const index = Math.max(this.#index + 1, present);
      const missed = index - this.#index - 1;
      if (missed > 0) onMissed?.(missed);
      this.#index = index;
      this.#due();
    });
  }
}
