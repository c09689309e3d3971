// More worlds than `npm test` has time for (test/sim), those that come after its own.

import { expect, it } from 'vitest';
import { runSeed } from '../../src/sim/run.ts';
import { report } from '../sim/report.ts';
import { runSwarm } from '../sim/swarm.ts';
import { secondsFor } from './budget.ts';

const FIRST = 10_001;
// All of these have been run.
const MOST = 100_000;

it('worlds keep every invariant, as many as there is time for', async () => {
  const { ran, findings } = await runSwarm(FIRST, MOST, secondsFor('worlds'));
  console.log(`${ran} worlds from seed ${FIRST} on`);
  expect(ran).toBeGreaterThan(0);
  const [first] = findings;
  if (first === undefined) return;
  const seeds = findings.map((one) => one.seed).join(' ');
  expect.fail(`${findings.length} of ${ran}: ${seeds}\n${report(runSeed(first.seed))}`);
});
