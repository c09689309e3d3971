import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { files, root, text } from './files.ts';

interface Manifest {
  readonly variables: Record<string, string | readonly string[]>;
}

const manifest = JSON.parse(text('native/sources.gypi')) as Manifest;
const listed = Object.entries(manifest.variables)
  .filter(([name]) => name.endsWith('_sources'))
  .flatMap(([, names]) => names);

test('every source file is in the manifest, and the reverse', () => {
  const replayMain = 'test/native/fuzz/replay_main.cc'; // CMake's own, one for each fuzzer
  const there = files(/^(native|test\/native)\/.*\.cc$/).filter((file) => file !== replayMain);
  expect([...listed].sort()).toEqual(there);
});

test('no source is listed twice', () => {
  expect(listed.length).toBe(new Set(listed).size);
});

test('CHECK, never assert: the builds disagree about NDEBUG', () => {
  const asserting = files(/^native\/.*\.(cc|h)$/).filter((file) =>
    /\bassert\(|<cassert>|<assert\.h>/.test(text(file).replaceAll('static_assert(', '')),
  );
  expect(asserting).toEqual([]);
});

test('messages.generated.ts is what the addon describes', () => {
  const script = path.join(root, 'scripts/generate-messages.mjs');
  const run = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
});

test('no file of the project names a machine', () => {
  const places = new RegExp(['/wo' + 'rk/', '\\.\\./sha' + 'red', '/home/[a-z]'].join('|'));
  const naming = files(/\.(ts|mjs|cc|h|gypi?|txt|md|json|service|sh)$|^CMakeLists/)
    .filter((file) => file !== 'package-lock.json')
    .filter((file) => places.test(text(file)));
  expect(naming).toEqual([]);
});
