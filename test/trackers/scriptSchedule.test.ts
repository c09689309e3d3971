/**
 * The schedule of script checks, in virtual time: any interval, any length of run, any verdicts.
 * What a run is and how long it takes is decided here; when it starts is decided by the tracker.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScriptPolicy } from '../../src/base/script.ts';
import type { ScriptOutcome, StartScript } from '../../src/base/script.ts';
import type { TrackerReport } from '../../src/trackers/report.ts';
import { ScriptTracker } from '../../src/trackers/script.ts';
import type { ScriptTrackerOptions } from '../../src/trackers/script.ts';
import { VirtualClock } from '../base/virtualClock.ts';

interface Behaviour {
  /** How long the run takes, whatever the tracker thinks of it. */
  readonly takesMs: number;
  readonly code: number;
}

const facts = { output: '', outputDropped: 0 };

/**
 * Scripts that take virtual time. Remembers every start and how many were ever under way at once.
 */
function virtualScripts(clock: VirtualClock, behaviour: (run: number) => Behaviour) {
  const starts: number[] = [];
  let under = 0;
  let most = 0;
  const start: StartScript = (run, hooks = {}) => {
    const { takesMs, code } = behaviour(starts.length);
    starts.push(clock.now());
    most = Math.max(most, (under += 1));
    let finish: (outcome: ScriptOutcome) => void = () => undefined;
    const outcome = new Promise<ScriptOutcome>((resolve) => (finish = resolve));
    const end = (result: ScriptOutcome): void => {
      under -= 1;
      finish(result);
    };
    const late = takesMs > run.timeoutMs;
    const at = clock.now() + takesMs;
    if (late) clock.at(clock.now() + run.timeoutMs, () => hooks.onTimeout?.());
    const timer = clock.at(at, () =>
      end(
        late
          ? { kind: 'timedOut', timeoutMs: run.timeoutMs, durationMs: takesMs, ...facts }
          : { kind: 'exited', code, durationMs: takesMs, ...facts },
      ),
    );
    const stop = (): void => {
      timer.cancel();
      end({ kind: 'stopped', durationMs: 0, ...facts });
    };
    return { outcome, stop };
  };
  return { start, starts, most: () => most };
}

const options = (more: Partial<ScriptTrackerOptions> = {}): ScriptTrackerOptions => ({
  name: 'chk',
  command: { argv: ['/bin/true'] },
  policy: defaultScriptPolicy,
  intervalMs: 1000,
  timeoutMs: 1000,
  rise: 1,
  fall: 1,
  begin: 'init',
  ...more,
});

function world(behaviour: (run: number) => Behaviour, more: Partial<ScriptTrackerOptions> = {}) {
  const clock = new VirtualClock(12_345.678);
  const origin = clock.now();
  const scripts = virtualScripts(clock, behaviour);
  const reports: (TrackerReport & { at: number })[] = [];
  const report = (given: TrackerReport) => reports.push({ ...given, at: clock.now() - origin });
  const tracker = new ScriptTracker(options(more), { clock, start: scripts.start, report });
  const starts = () => scripts.starts.map((at) => Math.round((at - origin) * 1000) / 1000);
  const run = (ms: number) => clock.advanceTo(origin + ms);
  return { clock, origin, tracker, reports, starts, run, most: scripts.most };
}

const quick: Behaviour = { takesMs: 5, code: 0 };
const failing: Behaviour = { takesMs: 5, code: 1 };

describe('the schedule', () => {
  it('runs at once and then at every multiple of the interval, without drift', async () => {
    const { tracker, run, starts } = world(() => quick, { intervalMs: 333 });
    tracker.start();
    await run(333 * 1000);
    expect(starts()).toHaveLength(1001);
    expect(starts().at(-1)).toBe(333_000);
  });

  it('starts only on multiples of the interval and never two at once', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 20 });
    const interval = fc.integer({ min: 1, max: 1500 });
    await fc.assert(
      fc.asyncProperty(lengths, interval, async (takes, intervalMs) => {
        const behaviour = (run: number) => ({ takesMs: takes[run % takes.length] ?? 0, code: 0 });
        const made = world(behaviour, { intervalMs, timeoutMs: 2000 });
        made.tracker.start();
        await made.run(20_000);
        for (const at of made.starts()) expect(at % intervalMs).toBe(0);
        expect(made.most()).toBeLessThanOrEqual(1);
        const { runs, skipped, missed } = made.tracker.view().counters;
        expect(runs + skipped).toBe(Math.floor(20_000 / intervalMs) + 1);
        expect(missed).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('counts and does not make up for what it missed while the process stood still', async () => {
    const { tracker, run, starts, clock, origin } = world(() => quick);
    tracker.start();
    await run(1500);
    await clock.leapTo(origin + 7300);
    expect(starts()).toEqual([0, 1000, 7300]);
    expect(tracker.view().counters.missed).toBe(5);
    await run(8000);
    expect(starts()).toEqual([0, 1000, 7300, 8000]); // And the grid is the old one.
  });

  it('stops: no more runs, no timers, no reports', async () => {
    const { tracker, run, starts, clock, reports } = world(() => ({ takesMs: 700, code: 1 }));
    tracker.start();
    await run(300);
    await tracker.stop();
    const before = reports.length;
    await run(10_000);
    expect(starts()).toEqual([0]);
    expect(reports).toHaveLength(before);
    expect(clock.pending).toBe(0);
  });
});

it('stopping does not wait for ever for a process that cannot be killed', async () => {
  const clock = new VirtualClock();
  const start: StartScript = () => ({
    outcome: new Promise(() => undefined),
    stop: () => undefined,
  });
  const tracker = new ScriptTracker(options(), { clock, start, report: () => undefined });
  tracker.start();
  let stopped = false;
  void tracker.stop().then(() => (stopped = true));
  await clock.advanceTo(2000);
  expect(stopped).toBe(false);
  await clock.advanceTo(2500);
  expect(stopped).toBe(true);
  expect(clock.pending).toBe(0);
});

describe('the verdict', () => {
  const statuses = (reports: readonly (TrackerReport & { at: number })[]) =>
    reports.map(({ at, status }) => `${Math.round(at)} ${status}`);

  it('is reported first as pending and then at every change only', async () => {
    const { tracker, run, reports } = world((n) => (n < 3 || n > 6 ? quick : failing), {
      rise: 2,
      fall: 3,
    });
    tracker.start();
    await run(10_000);
    expect(statuses(reports)).toEqual(['0 pending', '5 ok', '5005 failed', '8005 ok']);
    expect(reports[2]).toMatchObject({ cause: 'exit', value: 0, tracker: 'chk' });
    expect(reports[2]?.reason).toBe('the script exited with status 1');
  });

  it('begins failed with init_fail', async () => {
    const { tracker, run, reports } = world(() => quick, { begin: 'failed', rise: 3 });
    tracker.start();
    await run(5000);
    expect(statuses(reports)).toEqual(['0 failed', '2005 ok']);
    expect(reports[0]).toMatchObject({ cause: 'configured' });
  });

  it('of a run out of time is there when the time is up, and counts once', async () => {
    const stuck = { takesMs: 2800, code: 0 };
    const { tracker, run, reports } = world((n) => (n === 0 ? stuck : quick), { timeoutMs: 400 });
    tracker.start();
    await run(3500);
    expect(statuses(reports)).toEqual(['0 pending', '400 failed', '3005 ok']);
    expect(reports[1]).toMatchObject({ cause: 'timeout' });
    expect(tracker.view().counters).toMatchObject({ runs: 2, timeout: 1, skipped: 2, passed: 1 });
  });

  it('of runs out of time counts each of them once', async () => {
    const stuck = { takesMs: 500, code: 0 };
    const { tracker, run, reports } = world((n) => (n === 0 ? quick : stuck), {
      timeoutMs: 400,
      fall: 3,
    });
    tracker.start();
    await run(5000);
    expect(statuses(reports)).toEqual(['0 pending', '5 ok', '3400 failed']);
  });

  it('goes on from where its predecessor was', async () => {
    const first = world(() => quick, { rise: 2, fall: 3 });
    first.tracker.start();
    await first.run(2500);
    await first.tracker.stop();
    const carriedOver = first.tracker.riseFall();
    const second = world(() => failing, { rise: 2, fall: 2, begin: { carriedOver } });
    second.tracker.start();
    await second.run(2500);
    expect(statuses(second.reports)).toEqual(['0 ok', '1005 failed']);
  });
});

it('shows what is going on', async () => {
  const { tracker, run } = world(() => ({ takesMs: 600, code: 3 }), { fall: 2, begin: 'assumeOk' });
  tracker.start();
  await run(1200);
  expect(tracker.view()).toMatchObject({
    kind: 'script',
    verdict: 'failed',
    running: { overdue: false },
    last: { outcome: { kind: 'exited', code: 3, durationMs: 600 } },
    counters: { runs: 2, exit: 1 },
  });
  expect(tracker.view().running?.sinceMs).toBeCloseTo(200);
  expect(tracker.view().nextRunInMs).toBeCloseTo(800);
});
