/** All trackers together, over reloads: what goes on, what begins anew, and from what. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { defaultScriptPolicy, startScript } from '../../src/base/script.ts';
import type { ProcessSource } from '../../src/trackers/processSource.ts';
import type { TrackerReport } from '../../src/trackers/report.ts';
import { TrackerSet } from '../../src/trackers/set.ts';
import type { ScriptSetting } from '../../src/trackers/set.ts';
import { scratchDirectory, until } from '../base/scratch.ts';
import { VirtualClock } from '../base/virtualClock.ts';
import { virtualScripts } from '../base/virtualScripts.ts';
import type { Behaviour } from '../base/virtualScripts.ts';

const noProcesses: ProcessSource = {
  pids: () => Promise.resolve([]),
  inventory: () => Promise.resolve([]),
  identify: () => undefined,
  commandLine: () => Promise.resolve(undefined),
};

const setting = (more: Partial<ScriptSetting> = {}): ScriptSetting => ({
  name: 'chk',
  command: { argv: ['/one'] },
  policy: defaultScriptPolicy,
  intervalMs: 1000,
  timeoutMs: 1000,
  rise: 2,
  fall: 2,
  initFail: false,
  unweighted: true,
  ...more,
});

function world(behaviour: (run: number) => Behaviour = () => ({ takesMs: 5 })) {
  const clock = new VirtualClock();
  const { start, ran } = virtualScripts(clock, behaviour);
  const reports: TrackerReport[] = [];
  const set = new TrackerSet(
    { kind: 'events' },
    {
      clock,
      start,
      source: noProcesses,
      report: (report) => reports.push(report),
      processes: () => undefined,
    },
  );
  const configure = async (...scripts: readonly ScriptSetting[]) => {
    const done = set.configure({ scripts, files: [], processes: [], probes: [] });
    await clock.advanceTo(clock.now());
    await done;
  };
  const statuses = () => reports.splice(0).map(({ tracker, status }) => `${tracker} ${status}`);
  return { clock, set, ran, configure, statuses };
}

describe('a reload', () => {
  it('does not touch a script that did not change', async () => {
    const { clock, configure, ran, statuses } = world();
    await configure(setting());
    await clock.advanceTo(500);
    expect(statuses()).toEqual(['chk pending', 'chk ok']);
    await configure(setting());
    await clock.advanceTo(2500);
    expect(ran.map(({ from }) => from)).toEqual([0, 1000, 2000]);
    expect(statuses()).toEqual([]);
  });

  it('keeps the verdict when timing changes, and starts the new schedule at once', async () => {
    const { clock, configure, ran, statuses } = world();
    await configure(setting());
    await clock.advanceTo(500);
    statuses();
    await configure(setting({ intervalMs: 300, rise: 5 }));
    expect(statuses()).toEqual(['chk ok']);
    await clock.advanceTo(1200);
    expect(ran.map(({ from }) => from)).toEqual([0, 500, 800, 1100]);
    expect(statuses()).toEqual([]);
  });

  it('keeps the verdict of a changed command until its first result', async () => {
    const made = world((run) => ({ takesMs: 5, code: run === 1 ? 1 : 0 }));
    await made.configure(setting());
    await made.clock.advanceTo(500);
    made.statuses();
    await made.configure(setting({ command: { argv: ['/two'] } }));
    expect(made.statuses()).toEqual(['chk ok']);
    await made.clock.advanceTo(600);
    expect(made.statuses()).toEqual(['chk failed']); // Although fall is 2.
    await made.configure(setting({ command: { argv: ['/three'] } }));
    await made.clock.advanceTo(700);
    expect(made.statuses()).toEqual(['chk failed', 'chk ok']); // Although rise is 2.
  });
});

describe('a reload that exchanges, adds and removes', () => {
  it('ends the old run before the new one begins', async () => {
    const { clock, configure, ran } = world(() => ({ takesMs: 800 }));
    await configure(setting());
    await clock.advanceTo(100);
    await configure(setting({ command: { argv: ['/two'] } }));
    await clock.advanceTo(200);
    expect(ran.map(({ program, kind, from }) => [program, kind, from])).toEqual([
      ['/one', 'stopped', 0],
      ['/two', 'exited', 100],
    ]);
  });

  it('adds a script that can cause FAULT as well until its first result', async () => {
    const { configure, statuses, clock } = world(() => ({ takesMs: 100, code: 1 }));
    await configure();
    const fresh = [
      setting({ name: 'a' }),
      setting({ name: 'b', unweighted: false }),
      setting({ name: 'c', initFail: true }),
    ];
    await configure(...fresh);
    expect(statuses()).toEqual(['a ok', 'b pending', 'c failed']);
    await clock.advanceTo(200);
    expect(statuses()).toEqual(['a failed', 'b failed']);
  });

  it('lets go of what is gone, and remembers what is there', async () => {
    const { clock, configure, ran, set } = world();
    await configure(setting({ name: 'a' }), setting({ name: 'b' }));
    await clock.advanceTo(500);
    await configure(setting({ name: 'b' }));
    await clock.advanceTo(1500);
    expect(ran).toHaveLength(3);
    expect(set.reports()).toMatchObject([{ kind: 'script', tracker: 'b', status: 'ok' }]);
    expect(set.views()).toMatchObject([{ kind: 'script', name: 'b' }]);
    await set.stop();
    expect(clock.pending).toBe(0);
  });
});

it('files: the initial one is written at start only, and a value survives a change', async () => {
  const directory = scratchDirectory();
  const [one, two] = [join(directory, 'one'), join(directory, 'two')];
  const reports: TrackerReport[] = [];
  const set = new TrackerSet(
    { kind: 'events' },
    {
      clock: systemClock,
      start: startScript,
      source: noProcesses,
      report: (report) => reports.push(report),
      processes: () => undefined,
    },
  );
  const init = { value: 7, overwrite: false };
  const files = [{ name: 'chk', path: one, init }];
  await set.configure({ scripts: [], files, processes: [], probes: [] });
  expect(readFileSync(one, 'utf8')).toBe('7\n');
  expect(reports).toMatchObject([{ kind: 'file', tracker: 'chk', value: 7 }]);
  writeFileSync(two, 'no number');
  await set.configure({
    scripts: [],
    files: [{ name: 'chk', path: two, init }],
    processes: [],
    probes: [],
  });
  expect(reports[1]).toMatchObject({ value: 7, cause: 'unreadable' });
  await set.configure({
    scripts: [],
    files: [{ name: 'chk', path: join(directory, 'three'), init }],
    processes: [],
    probes: [],
  });
  expect(existsSync(join(directory, 'three'))).toBe(false);
  await until(() => set.reports()[0]?.value === 0);
  await set.stop();
});
