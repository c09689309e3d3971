import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildDirectory, buildNativeTests, missingTools, root, run } from './build.ts';
import { casesIn } from './junit.ts';
import { sanitizedPrograms } from './sanitizedPrograms.ts';

/*
 * The C++ tests under their own names, the kept inputs of the fuzzers, and the guardian and the launcher
 * beside a real daemon, all built with address and undefined-behaviour sanitizers. Each doctest case is one
 * test here.
 */

const missing = missingTools();
const built = missing === undefined ? await buildNativeTests() : undefined;

describe.skipIf(missing !== undefined)('native', () => {
  test('builds with sanitizers and without a warning', () => {
    expect(built?.ok, built?.output.slice(-4000)).toBe(true);
  });
});

if (built?.ok === true) {
  const report = path.join(buildDirectory, 'report.xml');
  const program = path.join(buildDirectory, 'native_tests');
  const ran = await run(program, ['--reporters=junit', `--out=${report}`]);

  describe('doctest', () => {
    test('runs to its end', () => {
      // A sanitizer's report ends the program before it writes its own.
      expect(ran.output).not.toMatch(/ERROR: \w+Sanitizer|runtime error/);
      expect(casesIn(readFileSync(report, 'utf8')).length).toBeGreaterThan(0);
    });
    for (const { name, failures } of casesIn(readFileSync(report, 'utf8'))) {
      test(name, () => {
        expect(failures).toEqual([]);
      });
    }
  });

  sanitizedPrograms({ directory: buildDirectory, symbol: '__asan_init' });

  describe('kept fuzz inputs', () => {
    for (const [target, inputs] of corpora()) {
      test(target, async () => {
        const replay = await run(path.join(buildDirectory, `fuzz_${target}`), inputs);
        expect(replay.ok, replay.output).toBe(true);
        expect(replayed(replay.output)).toBe(inputs.length);
      });
    }
  });
}

/** Each fuzz target and the files that were kept for it. */
function corpora(): [string, string[]][] {
  const directory = path.join(root, 'test/native/fuzz/corpus');
  return readdirSync(directory).map((target) => {
    const files = readdirSync(path.join(directory, target));
    return [target, files.map((file) => path.join(directory, target, file))];
  });
}

/** How many inputs a fuzzer has gone through: libFuzzer says it of each, ours in the end. */
function replayed(output: string): number {
  const ours = /^(\d+) inputs$/m.exec(output)?.[1];
  return ours === undefined ? output.split(/^Executed /m).length - 1 : Number(ours);
}
