import { expect, it } from 'vitest';
import { missing } from './statistics.ts';

it('does not take a late advert for a missing one where the schedule is kept', () => {
  expect(missing([10, 17.8, 2.2, 10], 10)).toBe(0);
});

it('counts those that a sender who stood still for longer did not send', () => {
  expect(missing([10, 22, 8, 10], 10)).toBe(1);
  expect(missing([10, 25, 5, 10], 10)).toBe(1);
  expect(missing([10, 40], 10)).toBe(3);
});

it('counts one for a sender that counts anew from a late advert', () => {
  expect(missing([10.1, 17.8, 10.1, 10.1], 10)).toBe(1);
});

it('counts each of two that are missing in a row', () => {
  expect(missing([20, 20, 10], 10)).toBe(2);
});

it('does not let an advert between the regular ones make up for a missing one', () => {
  expect(missing([20, 10, 3, 7], 10)).toBe(1);
});
