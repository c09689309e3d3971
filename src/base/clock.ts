/**
 * Time as something that is handed in.
 *
 * Everything that schedules (trackers, notify queues) takes a `Clock`, so that a test can run a
 * day of checks in a millisecond and see exactly when each of them would have started.
 */

/**
 * A point on a monotonic clock, in milliseconds, with fractions. Only differences mean anything.
 */
export type MonotonicMs = number;

/** A timer that was asked for and has perhaps not fired yet. */
export interface Timer {
  /** Makes the timer never fire. Harmless when it has fired or was cancelled before. */
  cancel(): void;
}

export interface Clock {
  /**
   * The present instant on the monotonic clock. Never goes backwards, unaffected by date changes.
   */
  now(): MonotonicMs;
  /** The time of day in milliseconds since 1970, for people to read; never for arithmetic. */
  wallMs(): number;
  /**
   * Calls `action` once, at `deadline` or as soon after it as possible, never before it. A deadline
   * in the past fires on the next turn of the event loop, never inside this call.
   */
  at(deadline: MonotonicMs, action: () => void): Timer;
}

/** Node's timers take at most this many milliseconds; anything longer is slept in pieces. */
const longestNap = 2 ** 31 - 1;

/** The real clock: CLOCK_MONOTONIC for intervals, the system's date for people. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  at: sleepUntil,
};

function sleepUntil(deadline: MonotonicMs, action: () => void): Timer {
  let handle: NodeJS.Timeout;
  const nap = (): void => {
    const left = deadline - performance.now();
    handle = setTimeout(wake, Math.min(Math.max(Math.ceil(left), 0), longestNap));
  };
  // Node counts in whole milliseconds of its own cached time and may wake a little early.
  const wake = (): void => {
    if (performance.now() < deadline) nap();
    else action();
  };
  nap();
  return { cancel: () => clearTimeout(handle) };
}
