import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildThreadTests, missingTools, run, threadsDirectory } from '../native/build.ts';
import { casesIn } from '../native/junit.ts';
import { sanitizedPrograms } from '../native/sanitizedPrograms.ts';

/*
 * The tests that have threads (rings, recorder, the whole engine beside a thread in JavaScript's
 * place) once more, built with ThreadSanitizer: a race ends the program. Then the guardian, which has two, and
 * the launcher beside real daemons.
 */

const missing = missingTools();
const built = missing === undefined ? await buildThreadTests() : undefined;

describe.skipIf(missing !== undefined)('threads', () => {
  test('build with ThreadSanitizer and without a warning', () => {
    expect(built?.ok, built?.output.slice(-4000)).toBe(true);
  });
});

if (built?.ok === true) {
  const report = path.join(threadsDirectory, 'report.xml');
  const program = path.join(threadsDirectory, 'thread_tests');
  // Its shadow memory has fixed places, which a kernel with much address randomisation may take.
  const ran = await run('setarch', ['-R', program, '--reporters=junit', `--out=${report}`]);

  describe('thread sanitizer', () => {
    test('finds no race', () => {
      expect(ran.ok, ran.output.slice(0, 8000)).toBe(true);
      expect(ran.output).not.toMatch(/ThreadSanitizer/);
    });
    for (const { name, failures } of casesIn(readFileSync(report, 'utf8'))) {
      test(name, () => {
        expect(failures).toEqual([]);
      });
    }
  });

  sanitizedPrograms({ directory: threadsDirectory, symbol: '__tsan_init' });
}
