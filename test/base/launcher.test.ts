import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { ChildSpec } from '../../src/base/child.ts';
import { Launcher } from '../../src/base/launcher.ts';
import { LauncherReports, runFrame } from '../../src/base/launcherFrames.ts';
import { nativeProgram } from '../../src/engine/index.ts';
import { isAlive, pidFrom, scratchDirectory, until, writeScript } from './scratch.ts';

const program = nativeProgram('failoverd-launcher') ?? '';
const opened: Launcher[] = [];

afterEach(() => {
  for (const launcher of opened.splice(0)) launcher.close();
});

function open(onTrouble: (sentence: string) => void = () => undefined): Launcher {
  const launcher = new Launcher(program, onTrouble);
  opened.push(launcher);
  return launcher;
}

const spec = (argv: readonly string[], more: Partial<ChildSpec> = {}): ChildSpec => ({
  argv,
  timeoutMs: Infinity,
  killGraceMs: 300,
  env: { PATH: '/usr/bin:/bin' },
  cwd: '/',
  maxOutputBytes: 1024,
  ...more,
});

/** A script that ignores SIGTERM, with a child that does too; both write their numbers down. */
function stubborn(directory: string): string {
  const inner = `trap "" TERM; echo $$ > ${directory}/inner; while :; do sleep 0.1; done`;
  const body = `trap "" TERM; echo $$ > ${directory}/outer; sh -c '${inner}' & wait; wait; wait`;
  return writeScript(directory, 'stubborn', body);
}

it('ends what runs, and itself, when the daemon is gone', async () => {
  const launcher = open();
  const directory = scratchDirectory();
  launcher.start(spec([stubborn(directory)]));
  const pids = [await pidFrom(`${directory}/outer`), await pidFrom(`${directory}/inner`)];
  const own = launcher.pid ?? 0;
  expect([own, ...pids].map(isAlive)).toEqual([true, true, true]);
  launcher.close();
  await until(() => ![own, ...pids].some(isAlive), 'the end of all three');
});

/** Hundredths of a second that a process has computed (proc(5), utime and stime). */
function computed(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** One that is woken for a closed pipe again and again computes all the time. */
async function isAtRest(pid: number): Promise<void> {
  const before = computed(pid);
  await sleep(1500);
  expect(computed(pid) - before).toBeLessThan(30);
}

it('is at rest while it waits for what does not end, although the daemon is gone', async () => {
  const launcher = open();
  const directory = scratchDirectory();
  launcher.start(spec([stubborn(directory)], { killGraceMs: 2500 }));
  const outer = await pidFrom(`${directory}/outer`);
  await pidFrom(`${directory}/inner`);
  const own = launcher.pid ?? 0;
  launcher.close();
  await isAtRest(own);
  expect([own, outer].map(isAlive)).toEqual([true, true]);
  await until(() => ![own, outer].some(isAlive), 'the end of both');
});

it('is at rest beside a program that has closed its output and goes on', async () => {
  const launcher = open();
  const directory = scratchDirectory();
  const body = `exec >/dev/null 2>&1; echo $$ > ${directory}/pid; exec sleep 60`;
  const child = launcher.start(spec([writeScript(directory, 'quiet', body)]));
  const pid = await pidFrom(`${directory}/pid`);
  await isAtRest(launcher.pid ?? 0);
  expect(isAlive(pid)).toBe(true);
  child.stop();
  await child.outcome;
});

it('is started again when it was killed, and what it ran is run again, never twice at once', async () => {
  const troubles: string[] = [];
  const launcher = open((sentence) => troubles.push(sentence));
  const directory = scratchDirectory();
  const [began, may] = [`${directory}/began`, `${directory}/may`];
  const body = `echo $$ >> ${began}; while ! test -e ${may}; do sleep 0.02; done; exit 5`;
  const child = launcher.start(spec([writeScript(directory, 'waits', body)]));
  const first = await pidFrom(began);
  process.kill(launcher.pid ?? 0, 'SIGKILL');
  const pids = (): string[] => readFileSync(began, 'utf8').trim().split('\n');
  await until(() => pids().length === 2, 'the second run');
  await until(() => !isAlive(first), 'the end of the first run');
  await launcher.start(spec(['/usr/bin/touch', may])).outcome;
  expect(await child.outcome).toMatchObject({ kind: 'exited', code: 5 });
  expect(troubles).toEqual(['the launcher, which runs scripts, was ended by SIGKILL']);
  expect(pids()).toHaveLength(2);
});

it('cannot be stopped by signals to it, only by the end of the daemon', async () => {
  const launcher = open();
  await launcher.start(spec(['/bin/true'])).outcome;
  const own = launcher.pid ?? 0;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGPIPE'] as const)
    process.kill(own, signal);
  expect(await launcher.start(spec(['/bin/true'])).outcome).toMatchObject({ code: 0 });
  expect(launcher.pid).toBe(own);
});

it('gives a program no signal that is blocked or ignored, and no descriptor', async () => {
  const launcher = open();
  const outcome = await launcher.start(
    spec(['/bin/sh', '-c', 'grep -E "^Sig(Blk|Ign)" /proc/self/status; ls /proc/self/fd']),
  ).outcome;
  // The fourth is the directory that ls reads.
  const listing = [
    'SigBlk:\t0000000000000000',
    'SigIgn:\t0000000000000000',
    '0',
    '1',
    '2',
    '3',
    '',
  ];
  expect(outcome).toMatchObject({ output: listing.join('\n') });
});

it('leaves a group alone that was to be ended after it had ended by itself', async () => {
  const launcher = open();
  const directory = scratchDirectory();
  const child = launcher.start(
    spec([writeScript(directory, 'leaves', `sleep 60 & echo $! > ${directory}/pid`)]),
  );
  await child.outcome;
  const left = await pidFrom(`${directory}/pid`);
  child.stop();
  await launcher.start(spec(['/bin/true'])).outcome;
  expect(isAlive(left)).toBe(true);
  process.kill(left, 'SIGKILL');
});

it('runs a command alone where there is no launcher', async () => {
  const troubles: string[] = [];
  const launcher = new Launcher('/nowhere/launcher', (sentence) => troubles.push(sentence));
  const made = `${scratchDirectory()}/made`;
  expect(await launcher.start(spec(['/usr/bin/touch', made])).outcome).toMatchObject({ code: 0 });
  expect(existsSync(made)).toBe(true);
});

it('takes reports apart however they arrive', () => {
  const started = Buffer.from([0, 0, 0, 9, 1, 0, 0, 0, 7, 0, 0, 1, 0]);
  const gone = Buffer.from([0, 0, 0, 5, 4, 0, 0, 0, 7]);
  const bytes = Buffer.concat([started, gone]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reports = new LauncherReports();
    const all = [...reports.push(bytes.subarray(0, cut)), ...reports.push(bytes.subarray(cut))];
    expect(all).toEqual([
      { kind: 'started', id: 7, pid: 256 },
      { kind: 'groupIsGone', id: 7 },
    ]);
  }
});

it('asks with the length of the rest before it', () => {
  const frame = runFrame(1, ['/bin/true'], spec(['/bin/true'], { stdin: 'ü' }));
  expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
});
