/** Damaged files: deleted, doubled, swapped and foreign tokens and bytes. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { dumpKeepalived, formatDiagnostics, plan, printConfig } from '../../../src/config/index.ts';
import { corpusFiles } from './corpus.ts';
import { load } from './memory.ts';

/** A small generator whose whole state is one number (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const golden = join(import.meta.dirname, '../golden');
const seeds = [
  ...readdirSync(golden)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => readFileSync(join(golden, name), 'utf8')),
  ...corpusFiles()
    .map((file) => file.text)
    .filter((text) => text.length < 4_000),
];

/** Words that mean something somewhere. */
const spice = [
  '{',
  '}',
  '"',
  "'",
  '\\',
  '#',
  '!',
  '@',
  '@low ',
  '@^low ',
  '@failoverd ',
  '$',
  '$A',
  '${A}',
  '$A=\\\n',
  '$A=$B\n',
  '$B=$A $A\n',
  '${_ENV X}',
  '${_RANDOM 5 1}',
  '~SEQ(A, 0, 9) ',
  '\n',
  '~LST({A,B}, {1,2}) ',
  'include *\n',
  'include test.conf\n',
  '\0',
  '\u00e9',
  '-1',
  '1e9',
  '99999999999999999999',
  '0x10',
  '::',
  '1.2.3.4/33',
  'fe80::1%eth0',
  '5s',
  'default',
  'weight',
];

type Mutation = (text: string, random: (below: number) => number) => string;

function cut(text: string, at: number, removed: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

const mutations: readonly Mutation[] = [
  (text, random) => cut(text, random(text.length + 1), 1 + random(4), ''),
  (text, random) => cut(text, random(text.length + 1), 0, spice[random(spice.length)] ?? ''),
  (text, random) => {
    const at = random(text.length + 1);
    return cut(text, at, 0, text.slice(at, at + random(80)));
  },
  (text, random) => {
    const words = text.split(/(\s+)/);
    const [a, b] = [random(words.length), random(words.length)];
    [words[a], words[b]] = [words[b] ?? '', words[a] ?? ''];
    return words.join('');
  },
  (text, random) => {
    const lines = text.split('\n');
    lines.splice(random(lines.length), 1 + random(3));
    return lines.join('\n');
  },
  (text, random) => cut(text, random(text.length + 1), 1, String.fromCharCode(random(256))),
  (text, random) => {
    const other = seeds[random(seeds.length)] ?? '';
    const at = random(other.length + 1);
    return cut(text, random(text.length + 1), 0, other.slice(at, at + random(200)));
  },
];

function damaged(seed: number): string {
  const random = generator(seed);
  let text = seeds[random(seeds.length)] ?? '';
  for (let count = 1 + random(5); count > 0; count -= 1) {
    text = mutations[random(mutations.length)]?.(text, random) ?? text;
  }
  return text;
}

/** Everything that is done with a configuration; the dearer half for every fourth input. */
function exercise(text: string, whole: boolean): void {
  const result = load(text, { configId: 'low' });
  formatDiagnostics(result.diagnostics);
  if (!whole) return;
  formatDiagnostics(result.diagnostics, { format: 'sarif' });
  dumpKeepalived(result.model);
  plan(null, result.model);
  const printed = printConfig(result.model);
  // What cannot run need not be the same again; it must be readable all the same.
  const again = load(printed, { configId: 'low' });
  const refused = result.diagnostics.some((finding) => finding.severity === 'error');
  if (!refused) expect(again.model).toEqual(result.model);
}

/** Processor time in microseconds, which a busy machine does not stretch. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Reading the clock costs as much as reading a small file: it is looked at once for so many. */
const batch = 50;
const batchLimit = 10_000_000;

/** Reads the damaged file of this seed; throws the command that repeats it when it must. */
function runOne(seed: number, whole: boolean): void {
  const text = damaged(seed);
  try {
    exercise(text, whole);
  } catch (error) {
    const command = `FAILOVERD_FUZZ_SEED=${seed} FAILOVERD_FUZZ_RUNS=1`;
    throw new Error(`${command}\n${JSON.stringify(text)}`, { cause: error });
  }
}

/**
 * Reads so many damaged files, or as many as fit into `seconds`, and tells how many. Throws for one
 * that is not read to a model or a finding, and for some that take too much time or memory.
 */
export async function readDamaged(
  firstSeed: number,
  count: number,
  seconds = 86_400,
): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  let ran = 0;
  while (ran < count && performance.now() < deadline) {
    const before = processorTime();
    const last = Math.min(ran + batch, count);
    const seeds = `${firstSeed + ran} to ${firstSeed + last - 1}`;
    for (; ran < last; ran += 1) runOne(firstSeed + ran, ran % 4 === 0);
    const spent = processorTime() - before;
    if (spent > batchLimit) throw new Error(`seeds ${seeds} took ${spent} us`);
    // The test runner wants to hear from its worker now and then.
    await turn();
  }
  expect(process.memoryUsage().heapUsed).toBeLessThan(1 << 30);
  return ran;
}
