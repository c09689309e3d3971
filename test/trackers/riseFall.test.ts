import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyResult, rescale, startRiseFall } from '../../src/trackers/riseFall.ts';
import type { RiseFall, RiseFallStart } from '../../src/trackers/riseFall.ts';

const small = fc.integer({ min: 1, max: 6 });
const results = fc.array(fc.boolean(), { maxLength: 60 });

/** The rule as the manual states it, with the streaks counted openly. */
function byStreaks(rise: number, fall: number, start: RiseFallStart, given: readonly boolean[]) {
  let verdict: RiseFall['verdict'] =
    start === 'init' ? 'pending' : start === 'assumeOk' ? 'ok' : 'failed';
  let streak = 0;
  let last: boolean | undefined;
  given.forEach((success, index) => {
    streak = success === last ? streak + 1 : 1;
    last = success;
    const first = index === 0 && start !== 'failed';
    if (success && (first || streak >= rise || verdict === 'pending')) verdict = 'ok';
    if (!success && (first || streak >= fall)) verdict = 'failed';
  });
  return verdict;
}

const after = (state: RiseFall, given: readonly boolean[]) => given.reduce(applyResult, state);

describe('rise and fall', () => {
  it('agree with counting streaks, from every start', () => {
    const starts = fc.constantFrom<RiseFallStart>('init', 'failed', 'assumeOk', 'assumeFailed');
    fc.assert(
      fc.property(small, small, starts, results, (rise, fall, start, given) => {
        const state = after(startRiseFall(rise, fall, start), given);
        expect(state.verdict).toBe(byStreaks(rise, fall, start, given));
      }),
    );
  });

  it('keep the counter within its bounds and on the side of the verdict', () => {
    fc.assert(
      fc.property(small, small, results, (rise, fall, given) => {
        const { counter, verdict } = after(startRiseFall(rise, fall, 'init'), given);
        expect(counter).toBeGreaterThanOrEqual(0);
        expect(counter).toBeLessThanOrEqual(rise + fall - 1);
        if (verdict !== 'pending') expect(counter >= rise).toBe(verdict === 'ok');
      }),
    );
  });

  it('keep the verdict over a reload, and a further streak still changes it', () => {
    fc.assert(
      fc.property(small, small, small, small, results, (rise, fall, rise2, fall2, given) => {
        const before = after(startRiseFall(rise, fall, 'init'), given);
        const scaled = rescale(before, rise2, fall2);
        expect(scaled.verdict).toBe(before.verdict);
        expect(after(scaled, Array<boolean>(rise2).fill(true)).verdict).toBe('ok');
        expect(after(scaled, Array<boolean>(fall2).fill(false)).verdict).toBe('failed');
        // Never sooner than one result, never a counter out of bounds.
        expect(scaled.counter).toBeLessThanOrEqual(rise2 + fall2 - 1);
      }),
    );
  });

  it('change nothing when rise and fall stay the same', () => {
    fc.assert(
      fc.property(small, small, results, (rise, fall, given) => {
        const state = after(startRiseFall(rise, fall, 'init'), given);
        expect(rescale(state, rise, fall)).toEqual(state);
      }),
    );
  });
});

describe('examples', () => {
  it('init: one success is enough, one failure is enough', () => {
    expect(after(startRiseFall(3, 3, 'init'), [true]).verdict).toBe('ok');
    expect(after(startRiseFall(3, 3, 'init'), [false]).verdict).toBe('failed');
  });

  it('init_fail: it takes rise successes', () => {
    expect(after(startRiseFall(3, 3, 'failed'), [true, true]).verdict).toBe('failed');
    expect(after(startRiseFall(3, 3, 'failed'), [true, true, true]).verdict).toBe('ok');
  });

  it('a success in between starts the fall anew', () => {
    const given = [true, false, false, true, false, false];
    expect(after(startRiseFall(3, 3, 'init'), given).verdict).toBe('ok');
    expect(after(startRiseFall(3, 3, 'init'), [...given, false]).verdict).toBe('failed');
  });
});
