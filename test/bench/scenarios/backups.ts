// Many virtual routers in BACKUP in one daemon: processor time for an advert that is heard.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { manyInstances } from '../configs.ts';
import { Observer, now } from '../observer.ts';
import { NAMES, cpuMicros, peer, residentMegabytes } from '../peers.ts';
import {
  cellOf,
  ratio,
  type BenchOptions,
  type Claim,
  type Scenario,
  type Table,
} from '../scenario.ts';
import { WIRE, addSegments, removeSegments } from '../segments.ts';

const INTERVAL_MS = 1000;

interface Figures {
  /** Microseconds. */
  readonly cpuPerAdvert: number;
  readonly megabytes: number;
  /** Adverts of the daemon that should only listen. */
  readonly sent: number;
}

async function measure(
  lab: Lab,
  name: (typeof NAMES)[number],
  count: number,
  seconds: number,
): Promise<Figures> {
  const backup = peer(name, lab.server1);
  await backup.start(manyInstances(count, INTERVAL_MS / 1000, 100, 'BACKUP'));
  await sleep(6000 + count * 2);
  const { pid } = backup.daemon.process;
  const observer = await Observer.startForMany(lab.client, WIRE, 'ip proto 112');
  const before = cpuMicros(pid);
  const from = now();
  await sleep(seconds * 1000);
  const until = now();
  const cpu = cpuMicros(pid) - before;
  const { adverts } = await observer.stop();
  const megabytes = residentMegabytes(pid);
  await backup.daemon.stop();
  const seen = adverts.filter(({ at }) => at >= from && at <= until);
  const sent = seen.filter(({ priority }) => priority === 100).length;
  return { cpuPerAdvert: cpu / (seen.length - sent), megabytes, sent };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  for (const count of quick ? [255] : [4000]) {
    await addSegments(lab, count, ['server1', 'server2']);
    // The same for both.
    const master = peer('failoverd', lab.server2);
    await master.start(manyInstances(count, INTERVAL_MS / 1000, 200));
    await sleep(6000 + count * 2);
    const figures = new Map<string, Figures>();
    for (const name of NAMES) {
      say(`${count} in BACKUP, ${name}`);
      figures.set(name, await measure(lab, name, count, quick ? 5 : 15));
    }
    await master.daemon.stop();
    const theirs = figures.get('keepalived')?.cpuPerAdvert ?? Number.NaN;
    for (const [name, { cpuPerAdvert, megabytes, sent }] of figures) {
      const beside = name === 'failoverd' ? ratio(cpuPerAdvert, theirs) : '';
      rows.push([`${count} in BACKUP`, name, cpuPerAdvert, beside, megabytes, sent]);
    }
    await removeSegments(lab, count);
  }
  return table(rows);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Many instances in BACKUP',
    columns: [
      'virtual routers',
      'daemon',
      'CPU for an advert heard, us',
      'beside keepalived',
      'memory, MB',
      'adverts of its own',
    ],
    rows,
    note: 'Processor time of all threads and children, from the scheduler, divided by the adverts of the master (one a second for each virtual router, from a failoverd on another host), at rest.',
    claims: [...new Set(rows.map(([label]) => String(label)))].flatMap((label) =>
      claimsOf(rows, label),
    ),
  };
}

const [CPU, SENT] = [2, 5];

function claimsOf(rows: Table['rows'], label: string): Claim[] {
  const claim = (
    what: string,
    column: number,
    rest: Pick<Claim, 'unit' | 'most' | 'of' | 'floor'>,
  ): Claim => ({
    what: `${label}: ${what}`,
    ours: cellOf(rows, label, 'failoverd', column),
    theirs: cellOf(rows, label, 'keepalived', column),
    ...rest,
  });
  return [
    // Among few adverts what JavaScript does once a second weighs as much as they do.
    ...(Number.parseInt(label, 10) < 1000
      ? []
      : [
          claim('processor time for an advert heard', CPU, {
            unit: 'us',
            most: 1,
            of: 'ratio',
            floor:
              'most of it is the kernel, which wakes a thread for each handful of packets and stamps them',
          }),
        ]),
    claim('adverts of its own', SENT, {
      unit: '',
      most: 0,
      of: 'value',
      floor: 'a host that wakes late takes its master for dead',
    }),
  ];
}

export const backups: Scenario = {
  name: 'backups',
  about: 'hundreds of virtual routers in BACKUP: processor time for what is heard',
  run,
};
