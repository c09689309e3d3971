/**
 * The walk along a script's path, on real files. Changing owners needs root; what does not is
 * tested for everybody.
 */
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkScriptPath } from '../../src/base/scriptSecurity.ts';
import { scratchDirectory, until, writeScript } from './scratch.ts';

const asRoot = { uid: 0, gid: 0 };
const nobody = { uid: 65534, gid: 65534 };

/** /dir/a/b/script, everything in order. */
function good() {
  const directory = scratchDirectory();
  mkdirSync(join(directory, 'a', 'b'), { recursive: true });
  const script = writeScript(join(directory, 'a', 'b'), 'script', 'exit 0');
  return { directory, script, a: join(directory, 'a'), b: join(directory, 'a', 'b') };
}

async function faultOf(path: string, user = asRoot) {
  const verdict = await checkScriptPath(path, user);
  return verdict.kind === 'unsafe' ? verdict.finding : verdict.kind;
}

describe.runIf(process.getuid?.() === 0)('a script of root', () => {
  it("is safe when every step is root's alone", async () => {
    expect(await faultOf(good().script)).toBe('safe');
    expect(await faultOf('/bin/true')).toBe('safe'); // Through the link of a merged /usr.
    expect(await faultOf('/usr/bin/../bin/true')).toBe('safe');
  });

  it('is unsafe when somebody may write to any step, and the step is named', async () => {
    for (const step of ['script', 'a', 'b', 'directory'] as const) {
      const files = good();
      chmodSync(files[step], 0o757);
      const fault = await faultOf(files.script);
      expect(fault).toMatchObject({ component: files[step], asRoot: true });
      expect(fault).toMatchObject({ reason: expect.stringContaining('chmod o-w') as string });
    }
  });

  it('is unsafe when any step belongs to somebody else', async () => {
    for (const step of ['script', 'a', 'b', 'directory'] as const) {
      const files = good();
      chownSync(files[step], 65534, 0);
      expect(await faultOf(files.script)).toMatchObject({
        component: files[step],
        reason: expect.stringContaining('belongs to uid 65534, not to root') as string,
      });
    }
  });

  it("is unsafe for a group that may write, unless it is root's", async () => {
    const files = good();
    chmodSync(files.a, 0o775);
    expect(await faultOf(files.script)).toBe('safe');
    chownSync(files.a, 0, 65534);
    expect(await faultOf(files.script)).toMatchObject({
      reason: expect.stringContaining('by group 65534') as string,
    });
  });
});

describe.runIf(process.getuid?.() === 0)('a script of root behind links and the like', () => {
  it('is judged along links: where they lie and where they lead', async () => {
    const files = good();
    const link = join(files.directory, 'link');
    symlinkSync(files.b, link);
    expect(await faultOf(`${link}/script`)).toBe('safe');
    lchownSync(link, 65534, 65534);
    expect(await faultOf(`${link}/script`)).toMatchObject({ component: link });
    lchownSync(link, 0, 0);
    chmodSync(files.a, 0o777); // Only on the far side of the link.
    expect(await faultOf(`${link}/script`)).toMatchObject({ component: files.a });
  });

  it('follows a relative link from the directory where it lies', async () => {
    const files = good();
    symlinkSync('../b/script', join(files.b, 'again'));
    expect(await faultOf(join(files.b, 'again'))).toBe('safe');
  });

  it('may lie under a sticky directory, which others cannot exchange it in', async () => {
    const files = good();
    chmodSync(files.a, 0o1777);
    expect(await faultOf(files.script)).toBe('safe');
  });

  it('is read again when it was changed after its interpreter had been remembered', async () => {
    const files = good();
    const interpreter = writeScript(files.a, 'interpreter', '#!/bin/sh\n', 0o777);
    // The change is that old before its interpreter is remembered.
    await until(() => Date.now() - statSync(files.script).ctimeMs > 1100);
    expect(await faultOf(files.script)).toBe('safe');
    expect(await faultOf(files.script)).toBe('safe');
    const before = statSync(files.script);
    writeFileSync(files.script, `#!${interpreter}\n`);
    utimesSync(files.script, before.atime, before.mtime); // Nothing that its writer can set counts.
    expect(await faultOf(files.script)).toMatchObject({ component: interpreter });
  });

  it('is as unsafe as its interpreter', async () => {
    const files = good();
    const interpreter = writeScript(files.a, 'interpreter', '#!/bin/sh\n');
    const script = writeScript(files.b, 'other', `#! ${interpreter} -x\n`);
    expect(await faultOf(script)).toBe('safe');
    chmodSync(interpreter, 0o777);
    expect(await faultOf(script)).toMatchObject({ component: interpreter });
  });

  it('cannot be judged when it is not there or leads in circles', async () => {
    const files = good();
    expect(await checkScriptPath(`${files.a}/none`, asRoot)).toEqual({
      kind: 'unreadable',
      errno: 'ENOENT',
      component: `${files.a}/none`,
    });
    symlinkSync('loop2', join(files.a, 'loop1'));
    symlinkSync('loop1', join(files.a, 'loop2'));
    const circle = await checkScriptPath(join(files.a, 'loop1'), asRoot);
    expect(circle).toMatchObject({ kind: 'unreadable', errno: 'ELOOP' });
  });
});

describe.runIf(process.getuid?.() === 0)('a script of an ordinary user', () => {
  it('may belong to that user, and a finding is no reason to refuse it', async () => {
    const files = good();
    chownSync(files.script, 65534, 65534);
    expect(await faultOf(files.script, nobody)).toBe('safe');
    chownSync(files.script, 12345, 65534);
    expect(await faultOf(files.script, nobody)).toMatchObject({ asRoot: false });
    chmodSync(files.script, 0o4755);
    chownSync(files.script, 0, 0);
    chmodSync(files.script, 0o4757); // It would become root, and everybody may write it.
    expect(await faultOf(files.script, nobody)).toMatchObject({ asRoot: true });
  });
});

it('a script exchanged between two checks is seen by the second', async () => {
  const files = good();
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  expect(await faultOf(files.script, own)).toBe('safe');
  renameSync(files.script, `${files.script}.old`);
  symlinkSync('/nowhere/else', files.script);
  expect(await faultOf(files.script, own)).toBe('unreadable');
});
