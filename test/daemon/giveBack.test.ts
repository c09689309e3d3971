import { describe, expect, it, vi } from 'vitest';
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

  it('is done after many events, once they have come to rest', () => {
    vi.useFakeTimers();
    try {
      const given = vi.fn();
      const giveBack = new GiveBack(given);
      giveBack.afterEvents(400);
      vi.advanceTimersByTime(60_000);
      expect(given).not.toHaveBeenCalled();
      giveBack.afterEvents(600);
      giveBack.afterEvents(1000);
      vi.advanceTimersByTime(3000);
      expect(given).toHaveBeenCalledTimes(1);
      // Once more for what comes after that.
      vi.advanceTimersByTime(60_000);
      expect(given).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is done after a status of thousands of instances, and not after one of few', () => {
    vi.useFakeTimers();
    try {
      const given = vi.fn();
      const giveBack = new GiveBack(given);
      giveBack.afterPicture(100);
      vi.advanceTimersByTime(60_000);
      expect(given).not.toHaveBeenCalled();
      giveBack.afterPicture(4000);
      vi.advanceTimersByTime(60_000);
      expect(given).toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });

  it('lends the collector to nobody else', () => {
    new GiveBack(() => undefined).now();
    expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
  });
});
