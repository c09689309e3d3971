import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { scratchDirectory } from './scratch.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Uses up its own descriptors, which nobody beside this test is to feel. */
const program = `
import { closeSync, openSync } from 'node:fs';
import { runChild } from ${JSON.stringify(path.join(root, 'src/base/child.ts'))};
const spec = {
  argv: ['/bin/echo', 'here'],
  timeoutMs: 20_000,
  killGraceMs: 300,
  env: {},
  cwd: '/',
  maxOutputBytes: 100,
};
await runChild(spec); // Everything is loaded.
const held: number[] = [];
const hold = (): boolean => {
  try {
    return held.push(openSync('/dev/null')) > 0;
  } catch {
    return false;
  }
};
while (hold());
for (const free of [0, 1, 2, 3]) {
  for (let n = 0; n < free; n++) closeSync(held.pop()!);
  const outcome = await runChild(spec);
  console.log(outcome.kind === 'notStarted' ? outcome.errno : outcome.kind);
  while (hold());
}
for (const one of held) closeSync(one);
console.log((await runChild(spec)).kind);
`;

it('says that a command could not be started when there is no descriptor left, and lives', async () => {
  const file = path.join(scratchDirectory(), 'descriptors.mts');
  writeFileSync(file, program);
  const tsx = path.join(root, 'node_modules/.bin/tsx');
  const line = `ulimit -n 256; exec ${tsx} ${file}`;
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line]);
  const said = stdout.trim().split('\n');
  expect(said.slice(0, 4)).toContain('EMFILE');
  for (const one of said.slice(0, 4)) expect(one).toMatch(/^(EMFILE|exited)$/);
  expect(said.at(-1)).toBe('exited');
});
