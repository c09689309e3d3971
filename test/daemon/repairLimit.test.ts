import { expect, test } from 'vitest';
import { RepairLimit } from '../../src/daemon/kernel/repairLimit.ts';

test('so often in the minute that the first repair begins, each by itself, and then again', () => {
  const limit = new RepairLimit(2);
  expect(limit.count('vrrp.51', 1000)).toBe(false);
  expect(limit.allows('vrrp.51', 1001)).toBe(true);
  expect(limit.nextChance(1001)).toBeUndefined();
  expect(limit.count('vrrp.51', 2000)).toBe(true);
  expect(limit.allows('vrrp.51', 2001)).toBe(false);
  expect(limit.allows('vrrp.52', 2001)).toBe(true);
  expect(limit.nextChance(2001)).toBe(61_000);
  expect(limit.allows('vrrp.51', 61_000)).toBe(true);
  expect(limit.nextChance(61_000)).toBeUndefined();
  expect(limit.count('vrrp.51', 61_000)).toBe(false);
});
