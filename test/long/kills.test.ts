// kill -9 at random moments, ten times as often as in test/lifecycle.

import { expect, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { killInManyWorlds } from '../lifecycle/kills.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const ROUNDS = 500;

it.skipIf(missing !== '')(`kill -9 never leaves anything behind ${missing}`.trim(), async () => {
  expect(await killInManyWorlds(ROUNDS, 6)).toBe(ROUNDS);
});
