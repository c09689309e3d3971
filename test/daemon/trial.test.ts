import { expect, it } from 'vitest';
import { Trial } from '../../src/daemon/reload/trial.ts';
import { VirtualClock } from '../base/virtualClock.ts';

function begin() {
  const clock = new VirtualClock();
  const back: string[] = [];
  return { clock, back, trial: new Trial<string>(clock, (before) => back.push(before)) };
}

it('brings back what ran before, once, when nobody confirms', async () => {
  const { clock, back, trial } = begin();
  trial.begin('one', 60_000);
  expect(trial.endsAt).toBe(clock.wallMs() + 60_000);
  await clock.advanceTo(59_999);
  expect(back).toEqual([]);
  await clock.advanceTo(1e6);
  expect(back).toEqual(['one']);
  expect(trial.endsAt).toBeUndefined();
  expect(trial.confirm()).toBe(false);
});

it('lets what runs stay when somebody confirms, and says so once', async () => {
  const { clock, back, trial } = begin();
  trial.begin('one', 60_000);
  expect(trial.confirm()).toBe(true);
  expect(trial.confirm()).toBe(false);
  await clock.advanceTo(1e6);
  expect(back).toEqual([]);
  expect(clock.pending).toBe(0);
});

it('gives more time to a second one, and goes back before the first', async () => {
  const { clock, back, trial } = begin();
  trial.begin('one', 60_000);
  await clock.advanceTo(30_000);
  trial.begin('two', 60_000);
  await clock.advanceTo(89_999);
  expect(back).toEqual([]);
  await clock.advanceTo(90_000);
  expect(back).toEqual(['one']);
});
