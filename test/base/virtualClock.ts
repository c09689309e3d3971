/** A clock that stands still until it is told to go on. */
import type { Clock, Timer } from '../../src/base/clock.ts';

interface Alarm {
  readonly deadline: number;
  readonly order: number;
  readonly action: () => void;
}

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#now;
  }

  at(deadline: number, action: () => void): Timer {
    this.#order += 1;
    const alarm = { deadline, order: this.#order, action };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  /** How many timers are armed; 0 after a component was stopped, or it leaks. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Goes on to `until`, firing what is due in order and letting promises settle in between. */
  async advanceTo(until: number): Promise<void> {
    await settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#alarms.delete(next);
      this.#now = Math.max(this.#now, next.deadline);
      next.action();
      await settle();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** Jumps, as a process does that was not scheduled for a while: what became due fires late. */
  async leapTo(instant: number): Promise<void> {
    this.#now = Math.max(this.#now, instant);
    await this.advanceTo(instant);
  }

  #next(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.deadline > until) continue;
      const earlier = first === undefined || alarm.deadline < first.deadline;
      if (earlier || (alarm.deadline === first?.deadline && alarm.order < first.order))
        first = alarm;
    }
    return first;
  }
}

/** Lets everything run that waits for resolved promises only. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
