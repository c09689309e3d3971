/**
 * Whatever damaged file comes in, a model or a finding comes out, never an exception, and never
 * only after a long time. FAILOVERD_FUZZ_RUNS=1000000 is the longest run; FAILOVERD_FUZZ_SEED
 * repeats one input.
 */

import { expect, it } from 'vitest';
import { readDamaged } from './support/damage.ts';

const runs = Number(process.env['FAILOVERD_FUZZ_RUNS'] ?? 20_000);
const firstSeed = Number(process.env['FAILOVERD_FUZZ_SEED'] ?? 1);

it(`${runs} damaged files`, { timeout: 36_000_000 }, async () => {
  expect(await readDamaged(firstSeed, runs)).toBe(runs);
});
