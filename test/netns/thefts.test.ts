// What belongs to a MASTER and is taken away by somebody else is back at once, and nothing else moves.
// A thousand times in the long run.

import { test } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { thefts } from './thieves.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'nft']);

test.runIf(missing === '')(`thirty of each kind ${missing}`.trim(), async () => {
  await thefts(30);
});
