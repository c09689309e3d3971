// One share of a swarm (swarm.ts): `swarmWorker.ts FROM END STEP SECONDS` prints a line for each
// failing seed, begins none when the seconds are over, and in the end says how many it ran.

import { setImmediate as turn } from 'node:timers/promises';
import { runSeed } from '../../src/sim/run.ts';

const [from = 0, end = 0, step = 1, seconds = 0] = process.argv.slice(2).map(Number);
const deadline = performance.now() + seconds * 1000;
let ran = 0;
for (let seed = from; seed < end && performance.now() < deadline; seed += step) {
  const { violations } = runSeed(seed);
  ran += 1;
  // Node frees what is native of a world only between two turns of its loop.
  await turn();
  if (violations.length === 0) continue;
  const invariants = [...new Set(violations.map((one) => one.invariant))];
  process.stdout.write(`${JSON.stringify({ seed, invariants })}\n`);
}
process.stdout.write(`${JSON.stringify({ ran })}\n`);
