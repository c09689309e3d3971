// `npm run bench -- [NAME...] [--quick] [--rounds N]`: failoverd beside its peers, in one run.
// Progress goes to standard error; the tables to standard output and to bench/results/, outside git.

import { parseArgs } from 'node:util';
import { prepareSystem } from '../setup/apt.mjs';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { keep } from './publish.ts';
import { toMarkdown, type BenchOptions, type Scenario, type Table } from './scenario.ts';
import { backups } from './scenarios/backups.ts';
import { check } from './scenarios/check.ts';
import { failover } from './scenarios/failover.ts';
import { instances } from './scenarios/instances.ts';
import { jitter } from './scenarios/jitter.ts';
import { memory } from './scenarios/memory.ts';
import { start } from './scenarios/start.ts';
import { storm } from './scenarios/storm.ts';
import { takeover } from './scenarios/takeover.ts';
import { track } from './scenarios/track.ts';
import { upgrading } from './scenarios/upgrade.ts';
import { vips } from './scenarios/vips.ts';

const SCENARIOS: readonly Scenario[] = [
  jitter,
  failover,
  track,
  instances,
  backups,
  takeover,
  vips,
  start,
  upgrading,
  memory,
  check,
  storm,
];

const USAGE = `Usage: npm run bench -- [NAME...] [--quick] [--rounds N]

Measures failoverd beside Debian's keepalived in the same virtual network, in turn. Needs root. What
counts are the ratios: the times of a shared machine mean nothing by themselves.

${SCENARIOS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

  --quick      smaller and fewer: all of it in some five minutes
  --rounds N   repetitions where something is repeated (default 3, quick 1)
  --publish    also write docs/performance.md and the figures in README.md
`;

async function measureAll(chosen: readonly Scenario[], options: BenchOptions): Promise<Table[]> {
  const tables: Table[] = [];
  for (const scenario of chosen) {
    const lab = await Lab.create();
    try {
      const say = (what: string): void => void process.stderr.write(`${scenario.name}: ${what}\n`);
      const began = performance.now();
      const table = await scenario.run(lab, options, say);
      say(`took ${Math.round((performance.now() - began) / 1000)} s`);
      tables.push(table);
      console.log(`${toMarkdown(table)}\n`);
    } finally {
      await lab.close();
    }
  }
  return tables;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !SCENARIOS.some((one) => one.name === name));
  if (values.help || unknown.length > 0) {
    for (const name of unknown) process.stderr.write(`There is no scenario ${name}.\n`);
    process.stdout.write(USAGE);
    return unknown.length > 0 ? 2 : 0;
  }
  prepareSystem();
  const missing = whatIsMissing([...LAB_PROGRAMS, 'keepalived']);
  if (missing !== '') {
    process.stderr.write(`The benchmark cannot run here: ${missing}.\n`);
    return 1;
  }
  const chosen = SCENARIOS.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  const options = { quick: values.quick, rounds };
  keep(await measureAll(chosen, options), options, values.publish);
  return 0;
}

process.exitCode = await main();
