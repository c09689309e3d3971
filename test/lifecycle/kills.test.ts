// kill -9 at random moments, from before the first address to well after it: the guardian leaves nothing
// behind. test/long does the same more often.

import { expect, test } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { killInManyWorlds } from './kills.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const ROUNDS = 50;

test.skipIf(missing !== '')(`kill -9 fifty times leaves nothing ${missing}`.trim(), async () => {
  expect(await killInManyWorlds(ROUNDS, 3)).toBe(ROUNDS);
});
