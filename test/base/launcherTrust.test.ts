/**
 * The launcher's own walk along a script's path, right before it is executed, beside the one that
 * finds the words (scriptSecurity.ts): what one refuses the other does.
 */
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChildOutcome, ChildUser } from '../../src/base/child.ts';
import { Launcher } from '../../src/base/launcher.ts';
import { checkScriptPath } from '../../src/base/scriptSecurity.ts';
import { nativeProgram } from '../../src/engine/index.ts';
import { scratchDirectory, until, writeScript } from './scratch.ts';

const program = nativeProgram('failoverd-launcher') ?? '';
const opened: Launcher[] = [];

afterEach(() => {
  for (const launcher of opened.splice(0)) launcher.close();
});

const nobody = { uid: 65534, gid: 65534 };
const someone = 12345;

interface Files {
  readonly directory: string;
  readonly a: string;
  readonly b: string;
  readonly script: string;
  readonly interpreter: string;
}

/** /dir/a/b/script, everything in order, and an interpreter beside it. */
function good(): Files {
  const directory = scratchDirectory();
  const [a, b] = [join(directory, 'a'), join(directory, 'a', 'b')];
  mkdirSync(b, { recursive: true });
  for (const each of [directory, a, b]) chmodSync(each, 0o755);
  const script = writeScript(b, 'script', 'exit 0');
  const interpreter = writeScript(a, 'interpreter', '#!/bin/sh\nexit 0\n');
  return { directory, a, b, script, interpreter };
}

async function run(launcher: Launcher, file: string, user?: ChildUser): Promise<ChildOutcome> {
  const fixed = { timeoutMs: 20_000, killGraceMs: 300, env: {}, cwd: '/', maxOutputBytes: 0 };
  return launcher.start({ ...fixed, argv: [file], user, refuseUnsafe: true }).outcome;
}

type Deed = (files: Files) => string | void;

/** What is done to the files; a path that is returned is run instead of the script. */
const deeds: Record<string, Deed> = {
  nothing: () => undefined,
  'the script can be written by all': ({ script }) => chmodSync(script, 0o757),
  'a directory can be written by all': ({ a }) => chmodSync(a, 0o757),
  'the first directory can be written by all': ({ directory }) => chmodSync(directory, 0o757),
  'a directory is sticky': ({ a }) => chmodSync(a, 0o1777),
  "root's group may write": ({ a }) => chmodSync(a, 0o775),
  'another group may write': ({ a }) => {
    chownSync(a, 0, someone);
    chmodSync(a, 0o775);
  },
  "the script is somebody else's": ({ script }) => chownSync(script, someone, 0),
  "the script is nobody's": ({ script }) => chownSync(script, nobody.uid, nobody.gid),
  "a directory is nobody's": ({ b }) => chownSync(b, nobody.uid, nobody.gid),
  'the script makes root of everybody, who may write it': ({ script }) => {
    chmodSync(script, 0o4757);
  },
  'a link leads there': ({ directory, b }) => {
    symlinkSync(b, join(directory, 'link'));
    return join(directory, 'link', 'script');
  },
  'a relative link leads there': ({ b }) => {
    symlinkSync('../b/./script', join(b, 'again'));
    return join(b, 'again');
  },
  "somebody else's link leads there": ({ directory, b }) => {
    symlinkSync(b, join(directory, 'link'));
    lchownSync(join(directory, 'link'), someone, someone);
    return join(directory, 'link', 'script');
  },
  'what a link leads to can be written by all': ({ directory, a, b }) => {
    symlinkSync(b, join(directory, 'link'));
    chmodSync(a, 0o777);
    return join(directory, 'link', 'script');
  },
  'its interpreter is in order': ({ b, interpreter }) =>
    writeScript(b, 'other', `#! ${interpreter} -x\n`),
  'its interpreter can be written by all': ({ b, interpreter }) => {
    chmodSync(interpreter, 0o777);
    return writeScript(b, 'other', `#!${interpreter}\n`);
  },
  'its interpreter is behind an open directory': ({ a, b, directory, interpreter }) => {
    symlinkSync(interpreter, join(b, 'sh'));
    chmodSync(a, 0o777);
    chmodSync(directory, 0o755);
    return writeScript(scratchDirectory(), 'other', `#!${join(b, 'sh')}\n`);
  },
  'there is nothing': ({ b }) => join(b, 'none'),
  'links lead in a circle': ({ b }) => {
    symlinkSync('two', join(b, 'one'));
    symlinkSync('one', join(b, 'two'));
    return join(b, 'one');
  },
  'a program of the system, behind a link': () => '/bin/true',
  'a detour': () => '/usr/bin/../bin/./true',
};

const users = { root: undefined, nobody, 'nobody in the group of root': { uid: 65534, gid: 0 } };

describe.runIf(process.getuid?.() === 0)('script security in the launcher', () => {
  const cases = Object.entries(users).flatMap(([who, user]) =>
    Object.entries(deeds).map(([what, deed]) => ({ who, user, what, deed })),
  );
  it.each(cases)('as $who: $what', async ({ user, deed }) => {
    const files = good();
    const file = deed(files) ?? files.script;
    const verdict = await checkScriptPath(file, user);
    const launcher = new Launcher(program, () => undefined);
    opened.push(launcher);
    const outcome = await run(launcher, file, user);
    if (verdict.kind === 'unsafe' && verdict.finding.asRoot) {
      expect(outcome).toMatchObject({ kind: 'refused', reason: verdict.finding.reason });
    } else if (verdict.kind === 'unreadable') expect(outcome.kind).toBe('notStarted');
    else expect(outcome.kind).toMatch(/exited|notStarted/);
    expect(launcher.pid).toBeGreaterThan(0); // It was the launcher that ran it.
  });

  it('a script that is exchanged all the time is run as it was or refused, never as another', async () => {
    const { directory, script } = good();
    const launcher = new Launcher(program, () => undefined);
    opened.push(launcher);
    // Everybody may write it at times; whoever did would have had it run by root.
    const flip = writeScript(
      directory,
      'flip',
      `while :; do chmod 757 ${script}; chmod 755 ${script}; done`,
    );
    const fixed = { killGraceMs: 300, env: { PATH: '/bin' }, cwd: '/', maxOutputBytes: 0 };
    const flipping = launcher.start({ ...fixed, argv: [flip], timeoutMs: Infinity });
    const seen = new Set<string>();
    await until(async () => {
      const outcome = await run(launcher, script);
      seen.add(outcome.kind);
      if (outcome.kind === 'refused') {
        expect(outcome.reason).toMatch(/script (can be written by everybody|could be changed by)/);
      }
      return seen.size === 2;
    }, 'both ends');
    expect([...seen].sort()).toEqual(['exited', 'refused']);
    flipping.stop();
    await flipping.outcome;
  });
});
