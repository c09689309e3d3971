/**
 * When a run of results becomes a verdict: `rise` successes in a row make a tracker well, `fall`
 * failures in a row make it unwell (keepalived.conf(5), vrrp_script).
 *
 * One counter holds all that has to be remembered. It goes from 0 to rise + fall - 1; below `rise`
 * the tracker is unwell and the counter is the number of successes in a row, from `rise` on it is
 * well and the counter falls short of the top by the number of failures in a row.
 */

export interface RiseFall {
  /** Successes in a row that make it well; at least 1. */
  readonly rise: number;
  /** Failures in a row that make it unwell; at least 1. */
  readonly fall: number;
  readonly verdict: 'pending' | 'ok' | 'failed';
  readonly counter: number;
}

/**
 * How a tracker begins:
 * - `init`: without a verdict; the first result decides alone, whatever rise and fall say;
 * - `failed` (`init_fail`): unwell; it takes `rise` successes to become well;
 * - `assumeOk`, `assumeFailed`: what counts until the first result, which then decides alone. A
 *   tracker that joins a running instance by a reload does no harm before it has found anything.
 */
export type RiseFallStart = 'init' | 'failed' | 'assumeOk' | 'assumeFailed';

/** So, or with what its predecessor of the same name knew. */
export type RiseFallBegin = RiseFallStart | { readonly carriedOver: RiseFall };

export function beginRiseFall(rise: number, fall: number, begin: RiseFallBegin): RiseFall {
  return typeof begin === 'string'
    ? startRiseFall(rise, fall, begin)
    : rescale(begin.carriedOver, rise, fall);
}

export function startRiseFall(rise: number, fall: number, start: RiseFallStart): RiseFall {
  switch (start) {
    case 'init':
      return { rise, fall, verdict: 'pending', counter: rise - 1 };
    case 'failed':
      return { rise, fall, verdict: 'failed', counter: 0 };
    case 'assumeOk':
      return { rise, fall, verdict: 'ok', counter: rise };
    case 'assumeFailed':
      return { rise, fall, verdict: 'failed', counter: rise - 1 };
  }
}

/** The state after one more result. */
export function applyResult(state: RiseFall, success: boolean): RiseFall {
  return success ? succeed(state) : fail(state);
}

function succeed(state: RiseFall): RiseFall {
  const { rise, fall, counter } = state;
  if (counter < rise - 1) return { ...state, counter: counter + 1 };
  return { ...state, verdict: 'ok', counter: rise + fall - 1 };
}

function fail(state: RiseFall): RiseFall {
  if (state.counter > state.rise) return { ...state, counter: state.counter - 1 };
  return { ...state, verdict: 'failed', counter: 0 };
}

/** The same verdict and the same streak under another rise and fall, for a reload. */
export function rescale(state: RiseFall, rise: number, fall: number): RiseFall {
  switch (state.verdict) {
    case 'pending':
      return startRiseFall(rise, fall, 'init');
    case 'failed':
      return { rise, fall, verdict: 'failed', counter: Math.min(state.counter, rise - 1) };
    case 'ok': {
      const failures = state.rise + state.fall - 1 - state.counter;
      return { rise, fall, verdict: 'ok', counter: Math.max(rise + fall - 1 - failures, rise) };
    }
  }
}
