/**
 * A reload on trial (`failoverd reload --confirm-within`): what ran before it comes back by itself
 * unless somebody confirms in time. For changes that may cut off the way by which their author came.
 */
import type { Clock, Timer } from '../../base/clock.ts';

/** Seconds: shorter nobody can look and type, and longer nobody waits. */
export const trialSeconds = { least: 5, most: 86_400 } as const;

interface Pending<Before> {
  readonly before: Before;
  /** Of the clock for people. */
  readonly endsAt: number;
  readonly timer: Timer;
}

/** `Before`: what can run again. */
export class Trial<Before> {
  readonly #clock: Clock;
  readonly #over: (before: Before) => void;
  #pending: Pending<Before> | undefined;

  /** `over` is told what is to run again when nobody has confirmed. */
  constructor(clock: Clock, over: (before: Before) => void) {
    this.#clock = clock;
    this.#over = over;
  }

  /** When what ran before comes back, in milliseconds since 1970. */
  get endsAt(): number | undefined {
    return this.#pending?.endsAt;
  }

  /**
   * `before` has been replaced. Another reload on trial gives more time, and what comes back is what ran before
   * the first one: nobody has confirmed that either.
   */
  begin(before: Before, withinMs: number): void {
    this.#pending?.timer.cancel();
    this.#pending = {
      before: this.#pending?.before ?? before,
      endsAt: this.#clock.wallMs() + withinMs,
      timer: this.#clock.at(this.#clock.now() + withinMs, () => this.#end()),
    };
  }

  /** What runs stays. False: nothing was on trial. */
  confirm(): boolean {
    const wasPending = this.#pending !== undefined;
    this.#pending?.timer.cancel();
    this.#pending = undefined;
    return wasPending;
  }

  #end(): void {
    const ended = this.#pending;
    this.#pending = undefined;
    if (ended !== undefined) this.#over(ended.before);
  }
}
