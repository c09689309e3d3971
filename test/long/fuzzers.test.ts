// Each libFuzzer target for a while, from the kept inputs on. What it finds lies in the directory
// that the message names: a fixed bug keeps its input below test/native/fuzz/corpus.

import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  buildDirectory,
  buildNativeTests,
  fuzzingCompiler,
  root,
  run,
  type Ran,
} from '../native/build.ts';
import { secondsFor } from './budget.ts';

const corpora = path.join(root, 'test/native/fuzz/corpus');
const targets = readdirSync(corpora);
const why = fuzzingCompiler === undefined ? 'skipped, clang++ must be installed' : '';

describe.skipIf(why !== '')(`fuzzers ${why}`, () => {
  it('build', async () => {
    const built = await buildNativeTests();
    expect(built.ok, built.output.slice(-4000)).toBe(true);
  });

  // As many at a time as there are processors: `maxConcurrency` is larger, the shares add up.
  const atOnce = Math.min(os.availableParallelism(), targets.length);
  const seconds = Math.ceil(secondsFor('fuzzers') / Math.ceil(targets.length / atOnce));
  for (let first = 0; first < targets.length; first += atOnce) {
    const group = targets.slice(first, first + atOnce);
    describe.concurrent(`for ${seconds} s`, () => {
      it.each(group)('%s finds nothing', async (target) => {
        const fuzzed = await fuzz(target, seconds);
        expect(fuzzed.ok, fuzzed.output.slice(-6000)).toBe(true);
        console.log(`${target}: ${/Done (\d+) runs/.exec(fuzzed.output)?.[1] ?? '?'} inputs`);
      });
    });
  }
});

/** New inputs go to a directory of their own, so that the kept ones stay few. */
function fuzz(target: string, seconds: number): Promise<Ran> {
  const found = mkdtempSync(path.join(os.tmpdir(), `failoverd-fuzz-${target}-`));
  const inputs = path.join(found, 'inputs');
  mkdirSync(inputs);
  return run(path.join(buildDirectory, `fuzz_${target}`), [
    `-max_total_time=${seconds}`,
    `-artifact_prefix=${found}/`,
    '-print_final_stats=1',
    inputs,
    path.join(corpora, target),
  ]);
}
