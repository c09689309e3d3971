import { describe, expect, it } from 'vitest';
import { GiveBack } from '../../src/daemon/giveBack.ts';
import { giveBackMemory } from '../../src/engine/index.ts';

describe('giving memory back', () => {
  it('collects the garbage of a configuration, and what is in use stays', () => {
    let garbage: number[][] = Array.from({ length: 2000 }, () =>
      Array.from({ length: 1000 }, () => 0.5),
    );
    const kept = new Map([['kept', garbage.length]]);
    const before = process.memoryUsage().heapUsed;
    garbage = [];
    new GiveBack(giveBackMemory).now();
    expect(process.memoryUsage().heapUsed).toBeLessThan(before - 8_000_000);
    expect(kept.get('kept')).toBe(2000);
    expect(garbage).toEqual([]);
  });

  it('lends the collector to nobody else', () => {
    new GiveBack(() => undefined).now();
    expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
  });
});
