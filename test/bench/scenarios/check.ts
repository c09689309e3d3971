// `failoverd check` of 4,000 instances beside `keepalived -t`.

import { NAMES } from '../peers.ts';
import type { Lab } from '../../lab/lab.ts';
import { measureCheck } from '../configCheck.ts';
import { ratio, type BenchOptions, type Scenario, type Table } from '../scenario.ts';

const INSTANCES = 4000;

function run(_lab: Lab, { rounds }: BenchOptions, say: (what: string) => void): Promise<Table> {
  say(`${INSTANCES} instances, ${rounds} rounds`);
  const costs = measureCheck(INSTANCES, rounds);
  const theirs = costs.keepalived.cpuMs;
  return Promise.resolve({
    title: 'Check of a configuration',
    columns: ['daemon', 'time, ms', 'processor time, ms', 'beside keepalived', 'most memory, MB'],
    rows: NAMES.map((name) => {
      const { wallMs, cpuMs, memoryMiB } = costs[name];
      return [name, wallMs, cpuMs, name === 'failoverd' ? ratio(cpuMs, theirs) : '', memoryMiB];
    }),
    note: `\`failoverd check\` and \`keepalived -t\` of a file with ${INSTANCES} instances.`,
    claims: [
      {
        what: `check of ${INSTANCES} instances, processor time`,
        unit: 'ms',
        ours: costs.failoverd.cpuMs,
        theirs,
        most: 3,
        of: 'ratio',
        floor:
          'every line is kept with its place for the message that may point at it, and Node.js alone takes 60 ms',
      },
    ],
  });
}

export const check: Scenario = {
  name: 'check',
  about: `check of ${INSTANCES} instances, beside keepalived -t`,
  run,
};
