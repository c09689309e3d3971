import { describe, expect, it } from 'vitest';
import { causeOfLateness, latenessSentence } from '../../src/observe/lateness.ts';
import type { TimeLost } from '../../src/observe/lateness.ts';

const nothing: TimeLost = {
  at: 0,
  suspended: 0,
  continued: 0,
  throttled: 0,
  stolen: 0,
  waited: 0,
};

function cause(lateness: number, lost: Partial<TimeLost>): string {
  return causeOfLateness(nothing, { ...nothing, at: 2_000_000, ...lost }, lateness);
}

describe('the cause of a missed deadline', () => {
  it('is what accounts for half of it', () => {
    expect(cause(100_000, { waited: 60_000 })).toBe('waited');
    expect(cause(100_000, { waited: 40_000 })).toBe('unknown');
    expect(cause(100_000, { stolen: 60_000 })).toBe('stolen');
    expect(cause(900_000, { suspended: 880_000 })).toBe('suspended');
  });

  it('is the quota where a throttled thread waited for a processor too', () => {
    expect(cause(100_000, { throttled: 90_000, waited: 95_000 })).toBe('throttled');
  });

  it('is a stop unless something else explains it', () => {
    expect(cause(2_000_000, { continued: 1 })).toBe('stopped');
    expect(cause(2_000_000, { continued: 1, suspended: 1_900_000 })).toBe('suspended');
  });

  it('is not what the kernel counts too coarsely for it, nor what it does not count', () => {
    expect(cause(4_000, { stolen: 10_000, suspended: 9_000 })).toBe('unknown');
    expect(cause(4_000, { throttled: undefined, waited: undefined })).toBe('unknown');
  });

  it('is told with its cure', () => {
    expect(latenessSentence('throttled', 250_000)).toMatch(/250 ms late: .*CPUQuota=/);
  });
});
