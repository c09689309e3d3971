/** When a probe asks, and what the answers mean, in virtual time. */
import { expect, it } from 'vitest';
import type { Answer, Asker } from '../../src/trackers/ask.ts';
import { ProbeTracker } from '../../src/trackers/probe.ts';
import type { ProbeTrackerOptions } from '../../src/trackers/probe.ts';
import type { TrackerReport } from '../../src/trackers/report.ts';
import { VirtualClock } from '../base/virtualClock.ts';

/** A host that takes `takesMs` and answers as `kinds` says, in turn. */
function world(
  kinds: readonly Answer['kind'][],
  more: Partial<ProbeTrackerOptions> = {},
  takesMs = 5,
) {
  const clock = new VirtualClock();
  const reports: TrackerReport[] = [];
  const asked: number[] = [];
  const asker: Asker = {
    ask: () => {
      const kind = kinds[asked.length % kinds.length] ?? 'answered';
      asked.push(clock.now());
      let finish: (answer: Answer) => void = () => undefined;
      const answer = new Promise<Answer>((resolve) => (finish = resolve));
      clock.at(clock.now() + takesMs, () => finish({ kind, reason: kind }));
      return { answer, stop: () => finish({ kind: 'unasked', reason: 'stopped' }) };
    },
    close: () => undefined,
  };
  const options = { name: 'gw', host: '192.0.2.1', intervalMs: 1000, timeoutMs: 500, jitterMs: 0 };
  const tracker = new ProbeTracker(
    { ...options, rise: 2, fall: 2, begin: 'init', ...more },
    { clock, asker, random: () => 0.5, report: (report) => reports.push(report) },
  );
  tracker.start();
  const told = () => reports.map(({ status, cause }) => `${status} ${cause}`);
  return { clock, tracker, asked, told, reports };
}

it('asks at once and then at every interval, and goes by rise and fall', async () => {
  const { clock, asked, told, reports, tracker } = world([
    'answered',
    'silent',
    'failed',
    'answered',
    'answered',
  ]);
  await clock.advanceTo(4500);
  expect(asked).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(told()).toEqual(['pending assumed', 'ok passed', 'failed unreachable', 'ok passed']);
  expect(reports[2]?.reason).toBe('192.0.2.1 failed');
  expect(tracker.view()).toMatchObject({ asked: 5, answered: 3, nextInMs: 500 });
  tracker.stop();
  expect(clock.pending).toBe(0);
});

it('is late by its jitter without drifting', async () => {
  const { clock, asked } = world(['answered'], { jitterMs: 200 });
  await clock.advanceTo(3500);
  expect(asked).toEqual([0, 1100, 2100, 3100]);
});

it('never asks a second time beside the first', async () => {
  const { clock, asked } = world(['silent'], {}, 1700);
  await clock.advanceTo(4500);
  expect(asked).toEqual([0, 2000, 4000]);
});

it('init_fail needs rise answers; what could not be asked is a failure', async () => {
  const { clock, told } = world(['answered', 'answered', 'unasked', 'unasked'], {
    begin: 'failed',
  });
  await clock.advanceTo(3500);
  expect(told()).toEqual(['failed configured', 'ok passed', 'failed notStarted']);
});

it('does not make up for questions that fell due while this process was not running', async () => {
  const { clock, asked, tracker } = world([], { jitterMs: 400 });
  await clock.advanceTo(1300);
  expect(asked).toEqual([0, 1200]);
  await clock.leapTo(5500);
  expect(asked).toEqual([0, 1200, 5500]);
  await clock.advanceTo(7000);
  expect(asked).toEqual([0, 1200, 5500, 6200]);
  tracker.stop();
  expect(clock.pending).toBe(0);
});
