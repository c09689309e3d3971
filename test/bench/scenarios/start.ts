// From exec to the first advert of an address owner.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { instance } from '../configs.ts';
import { now, Observer } from '../observer.ts';
import { NAMES, peer } from '../peers.ts';
import { ratio, type BenchOptions, type Scenario, type Table } from '../scenario.ts';
import { spread } from '../statistics.ts';

/** Milliseconds. */
async function measure(lab: Lab, name: (typeof NAMES)[number]): Promise<number> {
  const one = peer(name, lab.server1);
  const observer = await Observer.start(lab.client);
  const began = now();
  await one.start(instance({ priority: 255 }));
  await sleep(500);
  const { adverts } = await observer.stop();
  await one.daemon.stop();
  return ((adverts[0]?.at ?? Number.NaN) - began) / 1000;
}

async function run(lab: Lab, { rounds }: BenchOptions, say: (what: string) => void) {
  const taken = { failoverd: [] as number[], keepalived: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    for (const name of NAMES) {
      say(`${name}, round ${round + 1} of ${rounds}`);
      taken[name].push(await measure(lab, name));
    }
  }
  return table(taken);
}

function table(taken: Readonly<Record<(typeof NAMES)[number], readonly number[]>>): Table {
  const [ours, theirs] = [spread(taken.failoverd), spread(taken.keepalived)];
  return {
    title: 'Start',
    columns: ['daemon', 'first advert, ms', 'at worst, ms', 'beside keepalived'],
    rows: [
      ['failoverd', ours.median, ours.max, ratio(ours.median, theirs.median)],
      ['keepalived', theirs.median, theirs.max, ''],
    ],
    note: 'From exec to the first advert of an address owner. A Node.js process that does nothing starts in some 50 ms on a quiet machine.',
    claims: [
      {
        what: 'from exec to the first advert',
        unit: 'ms',
        ours: ours.median,
        theirs: theirs.median,
        most: 250,
        of: 'value',
        floor: 'Node.js itself takes 50 ms on a quiet machine before our first line',
        headline: true,
      },
    ],
  };
}

export const start: Scenario = { name: 'start', about: 'exec to first advert', run };
