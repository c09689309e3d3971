// From exec to the first advert of an address owner, and the memory of a daemon at rest.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { instance } from '../configs.ts';
import { now, Observer } from '../observer.ts';
import { NAMES, peer, residentMegabytes } from '../peers.ts';
import { ratio, type BenchOptions, type Scenario, type Table, type Claim } from '../scenario.ts';
import { spread } from '../statistics.ts';

async function measure(lab: Lab, name: (typeof NAMES)[number]) {
  const one = peer(name, lab.server1);
  const observer = await Observer.start(lab.client);
  const began = now();
  await one.start(instance({ priority: 255 }));
  await sleep(2000);
  const megabytes = residentMegabytes(one.daemon.process.pid);
  const { adverts } = await observer.stop();
  await one.daemon.stop();
  return { first: ((adverts[0]?.at ?? Number.NaN) - began) / 1000, megabytes };
}

async function run(lab: Lab, { rounds }: BenchOptions, say: (what: string) => void) {
  const taken = { failoverd: [] as number[], keepalived: [] as number[] };
  const memory = { failoverd: Number.NaN, keepalived: Number.NaN };
  for (let round = 0; round < rounds; round++) {
    for (const name of NAMES) {
      say(`${name}, round ${round + 1} of ${rounds}`);
      const { first, megabytes } = await measure(lab, name);
      taken[name].push(first);
      memory[name] = megabytes;
    }
  }
  return table(
    NAMES.map((name) => {
      const { median, max } = spread(taken[name]);
      const beside = name === 'failoverd' ? ratio(median, spread(taken.keepalived).median) : '';
      return [name, median, max, beside, memory[name]];
    }),
  );
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Start and memory',
    columns: ['daemon', 'first advert, ms', 'at worst, ms', 'beside keepalived', 'memory, MB'],
    rows,
    note: 'From exec to the first advert of an address owner. A Node.js process that does nothing has some 40 MB and starts in some 50 ms.',
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  const floor =
    'Node.js itself has some 40 MB, and takes 50 ms on a quiet machine before our first line';
  const claim = (what: string, unit: string, column: number, most: number): Claim => {
    const of = (daemon: string): number => Number(rows.find(([name]) => name === daemon)?.[column]);
    return {
      what,
      unit,
      ours: of('failoverd'),
      theirs: of('keepalived'),
      most,
      of: 'value',
      floor,
    };
  };
  return [
    claim('from exec to the first advert', 'ms', 1, 250),
    claim('memory of one instance at rest', 'MB', 4, 64),
  ];
}

export const start: Scenario = { name: 'start', about: 'exec to first advert, memory', run };
