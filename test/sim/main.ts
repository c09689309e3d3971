// `npm run sim -- --seed N`: one world, told line by line. `npm run sim -- --seeds N [--from M]`:
// many worlds; the failing ones are made smaller and told, and the exit status says whether.

import { parseArgs } from 'node:util';
import { runSeed } from '../../src/sim/run.ts';
import { timeline } from '../../src/sim/timeline.ts';
import { report } from './report.ts';
import { runSwarm } from './swarm.ts';

/** Failing seeds that are told in full; the others are only named. */
const TOLD = 5;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    router: { type: 'string', default: '1' },
  },
});

if (values.seeds === undefined) {
  const outcome = runSeed(Number(values.seed));
  const held = outcome.violations.length === 0;
  console.log(held ? timeline(outcome, Number(values.router)).join('\n') : report(outcome));
  process.exitCode = held ? 0 : 1;
} else {
  const count = Number(values.seeds);
  const { ran, findings } = await runSwarm(Number(values.from), count);
  for (const { seed } of findings.slice(0, TOLD)) console.log(report(runSeed(seed)));
  for (const { seed, invariants } of findings.slice(TOLD)) {
    console.log(`seed ${seed}: ${invariants.join('; ')}`);
  }
  console.log(`${ran - findings.length} worlds held, ${findings.length} failed`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
