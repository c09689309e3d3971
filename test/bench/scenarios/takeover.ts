// Thousands of virtual routers lose their master at one moment: how late each of them speaks.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { eventually } from '../../lab/eventually.ts';
import { manyInstances } from '../configs.ts';
import { WIRE, addSegments, removeSegments, segmentOf, setCables } from '../segments.ts';
import { Observer, type Seen } from '../observer.ts';
import { NAMES, peer } from '../peers.ts';
import {
  cellOf,
  ratio,
  type BenchOptions,
  type Claim,
  type Scenario,
  type Table,
} from '../scenario.ts';
import { spread, type Spread } from '../statistics.ts';

/** Microseconds. */
const INTERVAL = 1_000_000;
const [PRIORITY1, PRIORITY2] = [200, 100];
const MASTER_DOWN = 3 * INTERVAL + ((256 - PRIORITY2) * INTERVAL) / 256;

/** How long after its Master_Down_Interval each of them spoke for the first time, milliseconds. */
interface Figures {
  readonly late: Spread;
  /** Virtual routers that nobody took over. */
  readonly missing: number;
}

async function measure(lab: Lab, name: (typeof NAMES)[number], count: number): Promise<Figures> {
  const [first, second] = [peer(name, lab.server1), peer(name, lab.server2)] as const;
  await first.start(manyInstances(count, INTERVAL / 1e6, PRIORITY1));
  await hasAddresses(lab, 'server1', count);
  await second.start(manyInstances(count, INTERVAL / 1e6, PRIORITY2, 'BACKUP'));
  await sleep(3000 + count * 2);
  const observer = await Observer.startForMany(lab.client, WIRE, 'ip proto 112');
  await sleep((2 * INTERVAL) / 1000 + Math.random() * 1000);
  await setCables(lab, 'server1', count, false);
  await hasAddresses(lab, 'server2', count);
  const seen = await observer.stop();
  await setCables(lab, 'server1', count, true);
  await first.daemon.stop();
  await second.daemon.stop();
  return judge(seen, count);
}

async function hasAddresses(lab: Lab, host: 'server1' | 'server2', count: number): Promise<void> {
  await eventually(
    `${count} addresses on ${host}`,
    async () => (await lab.host(host).ip('-br', 'addr')).split(' 10.78.').length > count,
    { timeoutMs: 120_000, everyMs: 500 },
  );
}

/** By segment and VRID: the last advert of the one, and the first of the other. */
function judge({ adverts }: Seen, count: number): Figures {
  const last = new Map<string, number>();
  const late = new Map<string, number>();
  for (const { at, from, vrid, priority } of adverts) {
    const key = `${segmentOf(from)} ${vrid}`;
    const before = last.get(key);
    if (priority === PRIORITY1) last.set(key, at);
    else if (before !== undefined && !late.has(key)) late.set(key, at - before - MASTER_DOWN);
  }
  return { late: spread([...late.values()].map((one) => one / 1000)), missing: count - late.size };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  for (const count of quick ? [255] : [4000]) {
    await addSegments(lab, count, ['server1', 'server2']);
    const figures = new Map<string, Figures>();
    for (const name of NAMES) {
      say(`${count} at once, ${name}`);
      figures.set(name, await measure(lab, name, count));
    }
    const theirs = figures.get('keepalived')?.late.max ?? Number.NaN;
    for (const [name, { late, missing }] of figures) {
      const beside = name === 'failoverd' ? ratio(late.max, theirs) : '';
      rows.push([`${count} at once`, name, late.median, late.p99, late.max, beside, missing]);
    }
    await removeSegments(lab, count);
  }
  return table(rows);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Taken over at once',
    columns: [
      'virtual routers',
      'both routers',
      'late, median, ms',
      'late, p99, ms',
      'latest, ms',
      'latest beside keepalived',
      'not taken over',
    ],
    rows,
    note: 'The cable of their master is pulled. Late is what lies between the end of Master_Down_Interval, counted from the last advert of the old master, and the first of the new one.',
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  const label = String(rows[0]?.[0] ?? '');
  const claim = (what: string, column: number, most: number, unit: string): Claim => ({
    what: `${label}: ${what}`,
    unit,
    ours: cellOf(rows, label, 'failoverd', column),
    theirs: cellOf(rows, label, 'keepalived', column),
    most,
    of: 'value',
    floor: 'the kernel adds their addresses between the adverts',
    headline: true,
  });
  return [
    claim('latest first advert after Master_Down_Interval', 4, 22, 'ms'),
    claim('virtual routers that were not taken over', 6, 0, ''),
  ];
}

export const takeover: Scenario = {
  name: 'takeover',
  about: 'thousands of virtual routers lose their master at one moment',
  run,
};
