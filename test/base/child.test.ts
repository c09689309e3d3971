import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startChild as startAlone } from '../../src/base/child.ts';
import type { ChildHooks, ChildSpec } from '../../src/base/child.ts';
import { Launcher } from '../../src/base/launcher.ts';
import { nativeProgram } from '../../src/engine/index.ts';
import { isAlive, pidFrom, scratchDirectory, until, writeScript } from './scratch.ts';

const spec = (argv: readonly string[], more: Partial<ChildSpec> = {}): ChildSpec => ({
  argv,
  timeoutMs: 20_000,
  killGraceMs: 300,
  env: { PATH: '/usr/bin:/bin' },
  cwd: '/',
  maxOutputBytes: 1024,
  ...more,
});

const shell = (line: string, more: Partial<ChildSpec> = {}): ChildSpec =>
  spec([line], { useShell: true, ...more });

const asRoot = process.getuid?.() === 0;

const launcher = new Launcher(nativeProgram('failoverd-launcher') ?? '', (sentence) => {
  throw new Error(sentence);
});
afterAll(() => launcher.close());

const runners = [
  { name: 'by itself', startChild: startAlone },
  {
    name: 'by the launcher',
    startChild: (child: ChildSpec, hooks?: ChildHooks) => launcher.start(child, hooks),
  },
];

describe.each(runners)('a command run $name', ({ startChild }) => {
  const runChild = (child: ChildSpec) => startChild(child).outcome;

  describe('how a command ends', () => {
    it('exits with its status', async () => {
      expect(await runChild(spec(['/bin/true']))).toMatchObject({ kind: 'exited', code: 0 });
      expect(await runChild(shell('exit 7'))).toMatchObject({ kind: 'exited', code: 7 });
    });

    it('is killed by a signal', async () => {
      expect(await runChild(shell('kill -KILL $$'))).toMatchObject({
        kind: 'signalled',
        signal: 'SIGKILL',
      });
    });

    it('runs out of time', async () => {
      let early: number | undefined;
      const started = performance.now();
      const hooks = { onTimeout: () => (early = performance.now() - started) };
      const child = startChild(shell('sleep 60', { timeoutMs: 100 }), hooks);
      expect(await child.outcome).toMatchObject({ kind: 'timedOut', timeoutMs: 100 });
      expect(early).toBeGreaterThanOrEqual(99);
    });

    it('gets SIGKILL when it ignores SIGTERM', async () => {
      const outcome = await runChild(shell('trap "" TERM; sleep 60; sleep 60', { timeoutMs: 100 }));
      expect(outcome).toMatchObject({ kind: 'timedOut' });
      expect(outcome.durationMs).toBeGreaterThanOrEqual(390);
    });

    it('is stopped, also before it has begun', async () => {
      const running = startChild(shell('sleep 60'), { onStarted: () => running.stop() });
      expect(await running.outcome).toMatchObject({ kind: 'stopped' });
      const early = startChild(shell('sleep 60'));
      early.stop();
      expect(await early.outcome).toMatchObject({ kind: 'stopped' });
    });
  });

  describe('a command that cannot be started says why', () => {
    const reasonOf = async (argv: readonly string[], more: Partial<ChildSpec> = {}) => {
      const outcome = await runChild(spec(argv, more));
      if (outcome.kind !== 'notStarted') throw new Error(JSON.stringify(outcome));
      return `${outcome.errno}: ${outcome.reason}`;
    };

    it('for a missing file, directory or interpreter', async () => {
      const directory = scratchDirectory();
      expect(await reasonOf(['/nowhere/x'])).toBe('ENOENT: /nowhere/x does not exist');
      expect(await reasonOf(['nosuchprogram'])).toMatch(/was not found in PATH/);
      expect(await reasonOf(['/bin/true'], { cwd: '/nowhere' })).toMatch(
        /directory \/nowhere does not/,
      );
      const script = writeScript(directory, 'orphan', '#!/no/such/interpreter\n');
      expect(await reasonOf([script])).toMatch(/its interpreter \/no\/such\/interpreter does not/);
    });

    it('for a file that may not be executed', async () => {
      const directory = scratchDirectory();
      const plain = writeScript(directory, 'plain', 'exit 0', 0o644);
      expect(await reasonOf([plain])).toMatch(
        /EACCES: .*plain is not executable \(its mode is 0644/,
      );
      mkdirSync(join(directory, 'sub'));
      expect(await reasonOf([join(directory, 'sub')])).toMatch(/EACCES: .*sub is a directory/);
      expect(await reasonOf([`${plain}/x`])).toMatch(/^ENOTDIR: a part of the path/);
    });

    it('for arguments beyond the limit of the kernel and for nonsense', async () => {
      expect(await reasonOf(['/bin/true', 'x'.repeat(200_000)])).toMatch(/^E2BIG/);
      expect(await reasonOf(['/bin/true', 'a\0b'])).toMatch(/^EINVAL: .*null bytes/);
      expect(await reasonOf([])).toMatch(/^\w+: /);
    });

    it.runIf(asRoot)('for a user without the right to change user', async () => {
      const outcome = await runChild(
        spec(['/bin/cat', '/proc/self/status'], { user: { uid: 65534, gid: 65534 } }),
      );
      expect(outcome).toMatchObject({ kind: 'exited', code: 0 });
    });
  });

  describe('the process group', () => {
    it('ends whole on a timeout, whoever ignores SIGTERM in it', async () => {
      const directory = scratchDirectory();
      const script = writeScript(
        directory,
        'tree',
        `(trap "" TERM; echo $$ > /dev/null; sh -c 'trap "" TERM; echo $$ > ${directory}/pid; \
while :; do sleep 1; done') & wait`,
      );
      const child = startChild(spec([script], { timeoutMs: 300, killGraceMs: 300 }));
      const grandchild = await pidFrom(`${directory}/pid`);
      expect(isAlive(grandchild)).toBe(true);
      expect(await child.outcome).toMatchObject({ kind: 'timedOut' });
      await until(() => !isAlive(grandchild), 'the end of the grandchild');
    });

    it('is asked to end first, every process of it', async () => {
      const directory = scratchDirectory();
      const orderly = `trap "touch ${directory}/orderly; exit 0" TERM; while :; do sleep 0.02; done`;
      const script = writeScript(directory, 'tree', `sh -c '${orderly}' & wait`);
      const outcome = await runChild(spec([script], { timeoutMs: 200, killGraceMs: 10_000 }));
      expect(outcome).toMatchObject({ kind: 'timedOut' });
      await until(() => existsSync(`${directory}/orderly`));
    });

    it('does not delay the end when a grandchild holds the pipes, and is left alone', async () => {
      const directory = scratchDirectory();
      const child = shell(`(sleep 60; echo late) & echo $! > ${directory}/pid; echo done; exit 3`);
      const outcome = await runChild(child);
      expect(outcome).toMatchObject({ kind: 'exited', code: 3, output: 'done\n' });
      const grandchild = await pidFrom(`${directory}/pid`);
      expect(isAlive(grandchild)).toBe(true);
      process.kill(grandchild, 'SIGKILL');
    });

    it('survives our reading: a background process may go on writing', async () => {
      const directory = scratchDirectory();
      const loop = `for i in 1 2 3 4 5; do sleep 0.05; echo $i; done; touch ${directory}/finished`;
      await runChild(shell(`(${loop}) & exit 0`));
      await until(() => statSync(`${directory}/finished`, { throwIfNoEntry: false }) !== undefined);
    });
  });

  describe('output and input', () => {
    it('keeps the end of megabytes and counts the rest', async () => {
      const outcome = await runChild(
        shell('head -c 5000000 /dev/zero | tr "\\0" x; echo the end', { maxOutputBytes: 64 }),
      );
      if (outcome.kind !== 'exited') throw new Error(outcome.kind);
      expect(outcome.output).toHaveLength(64);
      expect(outcome.output).toMatch(/^x+the end\n$/);
      expect(outcome.outputDropped).toBe(5_000_000 + 8 - 64);
    });

    it('lets the event loop run while a command prints without end', async () => {
      let turns = 0;
      const ticking = setInterval(() => (turns += 1), 1);
      const outcome = await runChild(shell('yes', { timeoutMs: 500 }));
      clearInterval(ticking);
      expect(turns).toBeGreaterThan(20);
      // Left to itself it prints gigabytes in this time.
      const dropped = outcome.kind === 'timedOut' ? outcome.outputDropped : NaN;
      expect(dropped).toBeLessThan((outcome.durationMs / 10 + 5) * 1.2e6);
    });

    it('misses no last word, also of a command that printed more than is read at once', async () => {
      const line = 'head -c 1100000 /dev/zero; printf END';
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => runChild(shell(line, { maxOutputBytes: 3 }))),
      );
      for (const outcome of outcomes) expect(outcome).toMatchObject({ output: 'END' });
    });

    it('does not mind closed output', async () => {
      const outcome = await runChild(shell('exec >&- 2>&-; sleep 0.1; exit 4'));
      expect(outcome).toMatchObject({ kind: 'exited', code: 4, output: '' });
    });

    it('gives text on standard input, also to those who do not read it', async () => {
      const stdin = 'x'.repeat(1_000_000);
      const counted = await runChild(spec(['/usr/bin/wc', '-c'], { stdin }));
      expect(counted).toMatchObject({ kind: 'exited', code: 0, output: '1000000\n' });
      expect(await runChild(spec(['/bin/true'], { stdin }))).toMatchObject({ code: 0 });
    });

    it('closes standard input where there is none', async () => {
      expect(await runChild(spec(['/bin/cat']))).toMatchObject({ kind: 'exited', code: 0 });
    });
  });

  describe('what a command is given', () => {
    it('is the environment and nothing else', async () => {
      const outcome = await runChild(spec(['/usr/bin/env'], { env: { ONLY: 'this' } }));
      expect(outcome).toMatchObject({ output: 'ONLY=this\n' });
    });

    it('is no file descriptor of ours', async () => {
      const ours = openSync('/dev/null', 'r');
      const outcome = await runChild(spec(['/bin/ls', '-l', '/proc/self/fd']));
      closeSync(ours);
      // Whatever the test runner itself was born with is none of our business.
      expect(outcome).toMatchObject({ kind: 'exited', code: 0 });
      const listed = outcome.kind === 'exited' ? outcome.output : '';
      expect(listed.match(/ -> \/dev\/null/g)).toHaveLength(1); // Its standard input.
      expect(listed).not.toContain('anon_inode');
    });

    it('is the umask it asks for, and ours stays', async () => {
      const before = process.umask();
      const path = join(scratchDirectory(), 'made');
      await runChild(shell(`: > ${path}`, { umask: 0o177 }));
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(before);
    });

    it('is a session of its own', async () => {
      const outcome = await runChild(shell('cut -d" " -f5,6 /proc/$$/stat; echo $$'));
      if (outcome.kind !== 'exited') throw new Error(outcome.kind);
      const [pair, pid] = outcome.output.split('\n');
      expect(pair).toBe(`${pid} ${pid}`);
    });

    it.runIf(asRoot)('is the user, the group and the supplementary groups', async () => {
      const status = async (groups?: readonly number[]) => {
        const user = { uid: 65534, gid: 65533, ...(groups === undefined ? {} : { groups }) };
        const outcome = await runChild(
          spec(['/bin/cat', '/proc/self/status'], { user, maxOutputBytes: 9999 }),
        );
        if (outcome.kind !== 'exited') throw new Error(JSON.stringify(outcome));
        return outcome.output;
      };
      const plain = await status();
      expect(plain).toMatch(/^Uid:\t65534\t65534/m);
      expect(plain).toMatch(/^Gid:\t65533\t65533/m);
      expect(plain).toMatch(/^Groups:\t(65533)? *$/m);
      expect(plain).toMatch(/^CapEff:\t0+$/m);
      expect(await status([4, 5])).toMatch(/^Groups:\t4 5 *$/m);
    });

    it.runIf(asRoot)(
      'tells a command that setpriv could not execute from one that failed',
      async () => {
        const user = { uid: 65534, gid: 65534, groups: [4] };
        const missing = await runChild(spec(['/nowhere/x'], { user, maxOutputBytes: 0 }));
        expect(missing).toMatchObject({ kind: 'notStarted', errno: 'ENOENT' });
        const failing = await runChild(shell('exit 127', { user }));
        expect(failing).toMatchObject({ kind: 'exited', code: 127 });
      },
    );
  });

  it('starts a hundred commands without stalling the event loop', async () => {
    let worst = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }, 1);
    const before = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => runChild(spec(['/bin/true']))));
    clearInterval(ticking);
    // Together they take far longer than the loop was ever away.
    expect(worst).toBeLessThan((performance.now() - before) / 2);
  });

  it('runs a file without #! as the shell would', async () => {
    const path = join(scratchDirectory(), 'bare');
    writeFileSync(path, 'exit 9\n', { mode: 0o755 });
    expect(readFileSync(path, 'utf8')).toBe('exit 9\n');
    expect(await runChild(spec([path]))).toMatchObject({ kind: 'exited', code: 9 });
  });
});
