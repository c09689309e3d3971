import { expect, it } from 'vitest';
import { longestWait } from './darkness.ts';

const moments = (...times: number[]): { at: number }[] => times.map((at) => ({ at }));

it('counts from the first question that nobody answered to the next answer', () => {
  expect(longestWait(moments(0, 250, 500, 750), moments(20, 780))).toBe(530);
});

it('does not take a client that did not ask for an address that is dark', () => {
  expect(longestWait(moments(0, 250, 5000), moments(20, 270, 5030))).toBe(30);
});

it('counts to the last question where no answer comes any more', () => {
  expect(longestWait(moments(0, 250, 500, 9000), moments(20))).toBe(8750);
});

it('knows nothing where nobody asked', () => {
  expect(longestWait([], moments(20))).toBeNaN();
});
