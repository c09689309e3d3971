/** Process trackers with real processes, with and without events. */
import { copyFileSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { ProcessMonitor } from '../../src/trackers/process.ts';
import type { ProcessMode } from '../../src/trackers/process.ts';
import type { ProcessPattern } from '../../src/trackers/processMatch.ts';
import { systemProcesses } from '../../src/trackers/processSource.ts';
import { scratchDirectory, until } from '../base/scratch.ts';

/** A name that nobody else on the machine has. */
const name = `hd${process.pid}`;
let program = '';
let children: ChildProcess[] = [];
let monitor: ProcessMonitor | undefined;
let sets = new Map<string, ReadonlySet<number>>();

beforeEach(() => {
  program = join(scratchDirectory(), name);
  copyFileSync('/bin/sleep', program);
  sets = new Map();
});

afterEach(() => {
  monitor?.stop();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  children = [];
});

const poll: ProcessMode = { kind: 'poll', reason: 'a test' };
const byName: ProcessPattern = { name: 'by name', process: name, args: [], fullCommand: false };
const byLine = (): ProcessPattern => ({
  name: 'by line',
  process: program,
  args: ['60'],
  paramMatch: 'partial',
  fullCommand: true,
});

async function begin(mode: ProcessMode): Promise<ProcessMonitor> {
  const emit = (change: { tracker: string; pids: ReadonlySet<number> }) =>
    void sets.set(change.tracker, change.pids);
  monitor = new ProcessMonitor(mode, { clock: systemClock, source: systemProcesses, emit });
  await monitor.start([byName, byLine()]);
  return monitor;
}

function run(file: string, ...args: string[]): number {
  const child = spawn(file, args, { stdio: 'ignore' });
  children.push(child);
  if (child.pid === undefined) throw new Error(`${file} did not start`);
  return child.pid;
}

const pidsOf = (tracker: string) => [...(sets.get(tracker) ?? [])];

/** Waits until both trackers mean exactly these processes. */
const both = (...pids: number[]) =>
  until(() => {
    const wanted = JSON.stringify(pids.sort((a, b) => a - b));
    return ['by name', 'by line'].every(
      (tracker) => JSON.stringify(pidsOf(tracker).sort((a, b) => a - b)) === wanted,
    );
  }, `exactly ${pids.join()}`);

const commOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();

describe('by polling', () => {
  it('a process is found that ran before, one that starts later, and the end of both', async () => {
    const first = run(program, '60');
    await until(() => commOf(first) === name);
    const views = (await begin(poll)).views();
    expect(pidsOf('by name')).toEqual([first]);
    expect(views[0]).toEqual({ kind: 'process', name: 'by name', pids: [first], mode: poll });
    const second = run(program, '60');
    await both(first, second);
    process.kill(first, 'SIGKILL');
    await both(second);
    process.kill(second, 'SIGKILL');
    await both();
  });

  it('a process is found that becomes another program long after it was forked', async () => {
    await begin(poll);
    const pid = run('/bin/sh', '-c', `sleep 1; exec ${program} 60`);
    await both(pid);
  });

  it('a new name is seen', async () => {
    await begin(poll);
    const pid = run('/bin/bash', '-c', `printf ${name} > /proc/$$/comm; read -t 60 < <(sleep 60)`);
    await until(() => pidsOf('by name').includes(pid));
  });

  it('another command line is not the same process', async () => {
    await begin(poll);
    const pid = run(program, '61');
    await until(() => pidsOf('by name').includes(pid));
    expect(pidsOf('by line')).toEqual([]);
  });
});

describe('by events', () => {
  it('an exec, a fork, a rename and an exit are followed', async () => {
    const events = await begin({ kind: 'events' });
    const pid = run(program, '60');
    await until(() => commOf(pid) === name);
    expect(pidsOf('by name')).toEqual([]);
    events.onExecuted(pid);
    await both(pid);
    // This process plays the child of the tracked one: it is counted without having been looked at.
    const lookups = events.counters().lookups;
    events.onForked(pid, process.pid);
    expect(events.counters().lookups).toBe(lookups);
    // Whoever died at the start has newcomers looked at once, and this process is one.
    const again = setInterval(() => events.onForked(pid, process.pid), 100);
    await both(pid, process.pid);
    clearInterval(again);
    events.onRenamed(process.pid); // And leaves when it is looked at.
    await both(pid);
    process.kill(pid, 'SIGKILL');
    events.onExited(pid);
    await both();
  });

  it('an event of somebody who is gone already changes nothing', async () => {
    const events = await begin({ kind: 'events' });
    const pid = run('/bin/true');
    await until(() => systemProcesses.identify(pid) === undefined);
    events.onExecuted(pid);
    const live = run(program, '60');
    await until(() => commOf(live) === name);
    events.onExecuted(live);
    await both(live);
  });

  it('lost events are made up for by looking at everybody', async () => {
    const events = await begin({ kind: 'events' });
    const pid = run(program, '60');
    await until(() => commOf(pid) === name);
    for (let loss = 0; loss < 50; loss += 1) events.onEventsLost();
    await both(pid);
    expect(events.counters()).toMatchObject({ inventories: 2, lost: 50 });
  });

  it('a storm of forks elsewhere costs no look at anybody', async () => {
    const events = await begin({ kind: 'events' });
    const before = events.counters().lookups;
    for (let pid = 100_000; pid < 120_000; pid += 1) events.onForked(1, pid);
    expect(events.counters().lookups).toBe(before);
  });
});

it('a reload keeps the sets of unchanged trackers and sends whole sets for new ones', async () => {
  const pid = run(program, '60');
  await until(() => commOf(pid) === name);
  const events = await begin({ kind: 'events' });
  await both(pid);
  sets.clear();
  await events.setPatterns([byName, { ...byLine(), name: 'another' }]);
  expect([...sets.keys()]).toEqual(['another']);
  expect(pidsOf('another')).toEqual([pid]);
});
