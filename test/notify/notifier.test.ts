/** Notify with real scripts: what existing scripts rely on, and what they never had. */
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { defaultScriptPolicy, startScript } from '../../src/base/script.ts';
import type { ScriptPolicy } from '../../src/base/script.ts';
import type {
  NotifyEvent,
  NotifyScripts,
  NotifyState,
  NotifyTarget,
} from '../../src/notify/event.ts';
import { Notifier } from '../../src/notify/notifier.ts';
import { defaultQueueLimits } from '../../src/notify/queue.ts';
import type { NotifyResult, QueueLimits } from '../../src/notify/queue.ts';
import { isAlive, pidFrom, scratchDirectory, until, writeScript } from '../base/scratch.ts';

let directory = '';
let log = '';
let notifier: Notifier | undefined;
let results: NotifyResult[] = [];

beforeEach(() => {
  directory = scratchDirectory();
  log = join(directory, 'log');
  results = [];
});

afterEach(async () => {
  await notifier?.close(0);
  notifier = undefined;
});

const policyForTests: ScriptPolicy = { ...defaultScriptPolicy, killGraceMs: 200 };

interface Setting {
  readonly targets: readonly NotifyTarget[];
  readonly limits?: Partial<QueueLimits>;
  readonly policy?: Partial<ScriptPolicy>;
}

function begin({ targets, limits = {}, policy = {} }: Setting): Notifier {
  notifier = new Notifier({
    clock: systemClock,
    start: startScript,
    limits: { ...defaultQueueLimits, ...limits },
    onResult: (result) => results.push(result),
  });
  notifier.configure(targets, { ...policyForTests, ...policy });
  return notifier;
}

const instance = (name: string, scripts: NotifyScripts): NotifyTarget => ({
  kind: 'INSTANCE',
  name,
  scripts,
  announceDeleted: false,
  members: [],
});

const event = (name: string, what: NotifyState, more: Partial<NotifyEvent> = {}): NotifyEvent => ({
  kind: 'INSTANCE',
  name,
  what,
  priority: 244,
  at: Date.now(),
  context: {},
  ...more,
});

const logged = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []);

/** A script that writes its arguments into the log. */
const logger = (name = 'logger', then = '') =>
  ({ argv: [writeScript(directory, name, `echo "${name} $*" >> ${log}; ${then}`)] }) as const;

it('tells what keepalived tells: the walkthrough, word for word', async () => {
  const status = join(directory, 'keepalived_status');
  const script = writeScript(
    directory,
    'keepalived_notify.sh',
    `#!/bin/bash
echo "$1 $2 has transitioned to the $3 state with a priority of $4" > ${status}
`,
  );
  const running = begin({ targets: [instance('VI_1', { any: { argv: [script] } })] });
  for (const state of ['MASTER', 'FAULT', 'MASTER'] as const) {
    running.notify([event('VI_1', state)]);
    await running.settled();
    expect(readFileSync(status, 'utf8')).toBe(
      `INSTANCE VI_1 has transitioned to the ${state} state with a priority of 244\n`,
    );
  }
});

it('a thousand transitions, a slow script: in order, one at a time, to the last', async () => {
  const lock = join(directory, 'lock');
  const script = writeScript(
    directory,
    'slow',
    `mkdir ${lock} || echo TWICE >> ${log}; sleep 0.08; echo "$3 $4" >> ${log}; rmdir ${lock}`,
  );
  const running = begin({
    targets: [instance('VI_1', { any: { argv: [script] } })],
    limits: { lateAfterMs: 100 },
  });
  const states = ['MASTER', 'BACKUP', 'FAULT'] as const;
  for (let n = 0; n < 1000; n += 1) {
    running.notify([event('VI_1', states[n % 3] ?? 'MASTER', { priority: n })]);
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    // A reload in the middle changes nothing.
    if (n === 500)
      running.configure([instance('VI_1', { any: { argv: [script] } })], policyForTests);
  }
  await running.settled();
  const lines = logged();
  const numbers = lines.map((line) => Number(line.split(' ')[1]));
  expect(lines).not.toContain('TWICE');
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(lines.at(-1)).toBe('MASTER 999');
  expect(lines.length).toBeGreaterThan(3);
  expect(running.views()[0]).toMatchObject({ waiting: [], delivered: lines.length });
});

describe('groups', () => {
  it('are told after their members, even when those are slow', async () => {
    const slow = logger('member', 'sleep 0.2; echo "member done" >> ' + log);
    const group: NotifyTarget = {
      kind: 'GROUP',
      name: 'VG',
      scripts: { any: logger('group'), master: logger('group_master') },
      announceDeleted: false,
      members: ['one', 'two', 'unknown'],
    };
    const targets = [
      group,
      instance('one', { any: slow }),
      instance('two', { any: logger('two') }),
    ];
    const running = begin({ targets });
    running.notify([
      event('VG', 'MASTER', { kind: 'GROUP', priority: 0 }),
      event('one', 'MASTER'),
      event('two', 'MASTER', { priority: 7 }),
    ]);
    await running.settled();
    const lines = logged();
    expect(lines.slice(-2)).toEqual(['group_master ', 'group GROUP VG MASTER 0']);
    expect(lines.slice(0, 3).sort((a, b) => a.localeCompare(b))).toEqual([
      'member done',
      'member INSTANCE one MASTER 244',
      'two INSTANCE two MASTER 7',
    ]);
  });

  it('instances do not wait for one another', async () => {
    const running = begin({
      targets: [
        instance('a', { master: { argv: ['/bin/sleep', '60'] } }),
        instance('b', { any: logger() }),
      ],
    });
    running.notify([event('a', 'MASTER'), event('b', 'MASTER')]);
    await until(() => logged().length === 1);
    expect(running.views().find(({ name }) => name === 'a')?.running?.what).toBe('MASTER');
  });
});

describe('a script', () => {
  it('is told more in its environment and on standard input', async () => {
    const reader = writeScript(directory, 'reader', `cat > ${log}; env >> ${log}`);
    const running = begin({
      targets: [instance('VI_1', { any: { argv: [reader] } })],
      policy: {
        environment: {
          PATH: '/usr/bin:/bin',
          LD_PRELOAD: '/x',
          NOTIFY_SOCKET: '/y',
          HTTP_PROXY: 'z',
        },
      },
    });
    running.notify([event('VI_1', 'MASTER', { context: { peer: '192.0.2.9', cause: 'it died' } })]);
    await running.settled();
    const [json = '', ...env] = logged();
    expect(JSON.parse(json)).toMatchObject({ name: 'VI_1', peer: '192.0.2.9', cause: 'it died' });
    expect(env).toEqual(expect.arrayContaining(['FAILOVERD_PEER=192.0.2.9', 'HTTP_PROXY=z']));
    expect(env.join('\n')).not.toMatch(/LD_PRELOAD|NOTIFY_SOCKET/);
  });

  it("makes files of mode 0600 where keepalived's umask is asked for", async () => {
    const made = join(directory, 'made');
    const script = { argv: [writeScript(directory, 'maker', `: > ${made}`)] };
    const running = begin({ targets: [instance('V', { any: script })], policy: { umask: 0o177 } });
    running.notify([event('V', 'MASTER')]);
    await running.settled();
    expect(statSync(made).mode & 0o777).toBe(0o600);
  });

  it('that is not there yet is run as soon as it is', async () => {
    const path = join(directory, 'late');
    const running = begin({ targets: [instance('V', { any: { argv: [path] } })] });
    running.notify([event('V', 'MASTER')]);
    await until(() => results.length >= 2);
    expect(results[0]?.outcome).toMatchObject({ kind: 'notStarted', errno: 'ENOENT' });
    renameSync(writeScript(directory, 'late.tmp', `echo here >> ${log}`), path);
    await running.settled();
    expect(logged()).toEqual(['here']);
  });

  it('that hangs with its children makes room for the next state', async () => {
    const hang = writeScript(directory, 'hang', `sleep 60 & echo $! > ${directory}/pid; wait`);
    const scripts = { master: { argv: [hang] }, backup: logger() };
    const limits = { patienceMs: 200 };
    const running = begin({ targets: [instance('V', scripts)], limits });
    running.notify([event('V', 'MASTER')]);
    const child = await pidFrom(`${directory}/pid`);
    running.notify([event('V', 'BACKUP')]);
    await running.settled();
    expect(logged()).toEqual(['logger ']);
    await until(() => !isAlive(child), 'the end of the child');
  });
});

describe('the end', () => {
  it('waits for STOP scripts', async () => {
    const running = begin({
      targets: [instance('V', { stop: logger('stop', 'sleep 0.2; echo out >> ' + log) })],
    });
    running.notify([event('V', 'STOP')]);
    await running.close(5000);
    expect(logged()).toEqual(['stop ', 'out']);
  });

  it('does not wait for ever', async () => {
    const scripts = {
      stop: { argv: ['/bin/sleep', '60'] },
      master: { argv: ['/bin/sleep', '60'] },
    };
    const running = begin({ targets: [instance('V', scripts)] });
    running.notify([event('V', 'MASTER')]);
    await until(() => running.views()[0]?.running !== undefined);
    running.notify([event('V', 'STOP')]);
    await running.close(200);
    expect(results.map(({ keyword, outcome }) => `${keyword} ${outcome.kind}`)).toEqual([
      'notify_master stopped',
      'notify_stop stopped',
    ]);
  });
});

it('an instance that a reload removed is still told so', async () => {
  const running = begin({ targets: [instance('V', { any: logger() })] });
  running.notify([event('V', 'FAULT')]);
  running.configure([], policyForTests);
  running.notify([event('V', 'MASTER')]); // Unknown by now.
  await until(() => running.views().length === 0);
  expect(logged()).toEqual(['logger INSTANCE V FAULT 244']);
});
