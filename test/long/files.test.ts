// More damaged configuration files than `npm test` has time for (test/config/fuzz.test.ts), those
// that come after its own.

import { expect, it } from 'vitest';
import { readDamaged } from '../config/support/damage.ts';
import { secondsFor } from './budget.ts';

const FIRST = 20_001;
const MOST = 1_000_000;

it('damaged files are read, as many as there is time for', async () => {
  const ran = await readDamaged(FIRST, MOST, secondsFor('files'));
  console.log(`${ran} damaged files from seed ${FIRST} on`);
  expect(ran).toBeGreaterThan(0);
});
