import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  defaultScriptPolicy,
  describeOutcome,
  inspectScript,
  isSuccess,
  startScript,
} from '../../src/base/script.ts';
import type { ScriptCommand, ScriptOutcome, ScriptPolicy } from '../../src/base/script.ts';
import { defaultPath, scriptEnvironment } from '../../src/base/scriptEnv.ts';
import { scratchDirectory, writeScript } from './scratch.ts';

const run = (command: ScriptCommand, more: Partial<ScriptPolicy> = {}) =>
  startScript({ command, policy: { ...defaultScriptPolicy, ...more }, timeoutMs: 10_000 }).outcome;

describe('a script', () => {
  it('is looked up in the PATH it will have', async () => {
    const directory = scratchDirectory();
    writeScript(directory, 'mycheck', 'exit 6');
    expect(await run({ argv: ['mycheck'] })).toMatchObject({ kind: 'notStarted', errno: 'ENOENT' });
    const environment = { PATH: `/nowhere:${directory}` };
    expect(await run({ argv: ['mycheck'] }, { environment })).toMatchObject({ code: 6 });
    const { file } = await inspectScript({ argv: ['mycheck'] }, { environment });
    expect(file).toBe(join(directory, 'mycheck'));
  });

  it('gets its words as they are, without a shell', async () => {
    const argv = ['/bin/echo', 'a b', '$HOME', '*', '||', ''];
    expect(await run({ argv })).toMatchObject({ output: 'a b $HOME * || \n' });
  });

  it('may be a command line where that is asked for', async () => {
    const command = { argv: ['echo "$1" | tr a b', 'aaa'], useShell: true };
    expect(await run(command)).toMatchObject({ kind: 'exited', output: 'bbb\n' });
  });

  it('may be nothing but a file that can be opened', async () => {
    const openFile = join(scratchDirectory(), 'with blank and $(exit 1)');
    expect(isSuccess(await run({ argv: [], openFile }))).toBe(false);
    writeFileSync(openFile, '');
    expect(isSuccess(await run({ argv: [], openFile }))).toBe(true);
    rmSync(openFile);
  });

  it.runIf(process.getuid?.() === 0)('runs as its user', async () => {
    const user = { uid: 65534, gid: 65534 };
    const whoami = await run({ argv: ['/usr/bin/id', '-u'], user });
    expect(whoami).toMatchObject({ output: '65534\n' });
    const openFile = join(scratchDirectory(), 'secret');
    writeFileSync(openFile, '', { mode: 0o600 });
    expect(isSuccess(await run({ argv: [], openFile, user }))).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('that others may change is run or refused', async () => {
    const directory = scratchDirectory();
    const script = writeScript(directory, 'open', 'exit 0');
    chmodSync(script, 0o777);
    expect(await run({ argv: [script] })).toMatchObject({ kind: 'exited', code: 0 });
    const refused = await run({ argv: [script] }, { enforceSecurity: true });
    expect(refused.kind).toBe('refused');
    expect(describeOutcome(refused)).toMatch(/^was refused for security: .*open can be written by/);
    // An ordinary user's rights are not root's: a finding, but no reason to refuse.
    const user = { uid: 65534, gid: 65534 };
    const harmless = await run({ argv: [script], user }, { enforceSecurity: true });
    expect(harmless).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('can be stopped before it has begun', async () => {
    const command = { argv: ['/bin/sleep', '60'] };
    const running = startScript({ command, policy: defaultScriptPolicy, timeoutMs: 10_000 });
    running.stop();
    expect(await running.outcome).toMatchObject({ kind: 'stopped' });
  });
});

it('every end has its sentence', () => {
  const facts = { durationMs: 1, output: '', outputDropped: 0 };
  const sentences: [ScriptOutcome, string][] = [
    [{ kind: 'exited', code: 0, ...facts }, 'succeeded'],
    [{ kind: 'exited', code: 3, ...facts }, 'exited with status 3'],
    [{ kind: 'signalled', signal: 'SIGSEGV', ...facts }, 'was killed by SIGSEGV'],
    [{ kind: 'timedOut', timeoutMs: 1500, ...facts }, 'did not end within 1.5 s and was killed'],
    [{ kind: 'stopped', ...facts }, 'was stopped'],
    [
      { kind: 'notStarted', errno: 'E', reason: 'of this', durationMs: 1 },
      'could not be started: of this',
    ],
    [{ kind: 'refused', reason: 'of that', durationMs: 1 }, 'was refused for security: of that'],
  ];
  for (const [outcome, sentence] of sentences) expect(describeOutcome(outcome)).toBe(sentence);
});

it('the environment is inherited without what is meant for others', () => {
  const inherited = {
    PATH: '/x',
    HTTP_PROXY: 'p',
    LD_PRELOAD: 'evil.so',
    NODE_OPTIONS: '--inspect',
    NOTIFY_SOCKET: '/run/s',
    'BASH_FUNC_ls%%': '() { evil; }',
    IFS: 'x',
    GONE: undefined,
  };
  const extra = { FAILOVERD_NAME: 'V', HTTP_PROXY: 'q' };
  expect(scriptEnvironment(inherited, extra)).toEqual({
    PATH: '/x',
    HTTP_PROXY: 'q',
    FAILOVERD_NAME: 'V',
  });
  expect(scriptEnvironment({})).toEqual({ PATH: defaultPath });
});
