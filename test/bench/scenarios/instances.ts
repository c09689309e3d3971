// Many virtual routers in one daemon: processor time for an advert, memory, adverts on time, a reload.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import { manyInstances } from '../configs.ts';
import { now, Observer, type SeenAdvert, type Time } from '../observer.ts';
import { NAMES, cpuMicros, peer, residentMegabytes } from '../peers.ts';
import {
  figure,
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
} from '../scenario.ts';

const PREFIX = '10.79.';

interface Size {
  readonly count: number;
  /** Microseconds. */
  readonly interval: number;
}

interface Figures {
  readonly cpuPerAdvert: number;
  readonly megabytes: number;
  /** Share of the adverts within 5 ms of their time after the one before. */
  readonly onTime: number;
  /** Adverts that a reload of the unchanged file adds, takes away or delays by more than 5 ms. */
  readonly disturbed: number;
}

/** Interfaces beside eth0, for VRIDs beyond 255; all of them end on the same wire. */
async function addInterfaces(host: Host, count: number): Promise<void> {
  await host.ip('addr', 'add', `${PREFIX}0.1/24`, 'dev', 'eth0');
  for (let i = 1; i * 255 < count; i++) {
    const link = ['link', 'eth0', 'name', `m${i}`, 'type', 'macvlan', 'mode', 'bridge'];
    await host.ip('link', 'add', ...link);
    await host.ip('addr', 'add', `${PREFIX}${i}.1/24`, 'dev', `m${i}`);
    await host.ip('link', 'set', `m${i}`, 'up');
  }
}

async function removeInterfaces(host: Host, count: number): Promise<void> {
  await host.ip('addr', 'del', `${PREFIX}0.1/24`, 'dev', 'eth0');
  for (let i = 1; i * 255 < count; i++) await host.ip('link', 'del', `m${i}`);
}

async function measure(
  lab: Lab,
  name: (typeof NAMES)[number],
  { count, interval }: Size,
  seconds: number,
): Promise<Figures> {
  const one = peer(name, lab.server1);
  await one.start(manyInstances(count, interval / 1e6));
  await sleep(4 * (interval / 1000) + 1500 + count * 2);
  const { pid } = one.daemon.process;
  const observer = await Observer.start(lab.client);
  const before = cpuMicros(pid);
  const from = now();
  await sleep(seconds * 1000);
  const until = now();
  const cpu = cpuMicros(pid) - before;
  const megabytes = residentMegabytes(pid);
  one.daemon.reload();
  await sleep(1000 + 2 * (interval / 1000));
  const { adverts } = await observer.stop();
  const reloaded = now();
  await one.daemon.stop();
  const sent = adverts.filter((each) => each.at >= from && each.at <= until);
  return {
    cpuPerAdvert: cpu / sent.length,
    megabytes,
    onTime: 1 - offTime(adverts, interval, from, until).share,
    disturbed: offTime(adverts, interval, until, reloaded).count,
  };
}

/** Gaps that are not an interval, to 5 ms, among the adverts of each virtual router. */
function offTime(adverts: readonly SeenAdvert[], interval: number, from: Time, until: Time) {
  const last = new Map<string, Time>();
  let off = 0;
  let all = 0;
  for (const { at, from: source, vrid } of adverts) {
    const key = `${source} ${vrid}`;
    const before = last.get(key);
    last.set(key, at);
    if (before === undefined || at < from || at > until) continue;
    all++;
    if (Math.abs(at - before - interval) > 5000) off++;
  }
  return { count: off, share: off / all };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const sizes: readonly Size[] = quick
    ? [{ count: 255, interval: 1_000_000 }]
    : [
        { count: 255, interval: 1_000_000 },
        { count: 1000, interval: 1_000_000 },
        { count: 4000, interval: 1_000_000 },
      ];
  const rows: (string | number)[][] = [];
  for (const size of sizes) {
    await addInterfaces(lab.server1, size.count);
    const label = `${size.count} every ${size.interval / 1000} ms`;
    const figures = new Map<string, Figures>();
    for (const name of NAMES) {
      say(`${label}, ${name}`);
      figures.set(name, await measure(lab, name, size, quick ? 3 : 6));
    }
    const theirs = figures.get('keepalived')?.cpuPerAdvert ?? Number.NaN;
    for (const [name, one] of figures) {
      const beside = name === 'failoverd' ? ratio(one.cpuPerAdvert, theirs) : '';
      const share = `${figure(one.onTime * 100)} %`;
      rows.push([label, name, one.cpuPerAdvert, beside, one.megabytes, share, one.disturbed]);
    }
    await removeInterfaces(lab.server1, size.count);
  }
  return table(rows);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Many instances',
    columns: [
      'instances',
      'daemon',
      'CPU for an advert, us',
      'beside keepalived',
      'memory, MB',
      'on time (5 ms)',
      'gaps disturbed by a reload',
    ],
    rows,
    note: 'Processor time of all threads and children, from the scheduler, divided by the adverts seen.',
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  return rows.flatMap(([label, daemon]) => {
    if (daemon !== 'failoverd') return [];
    const of = (name: string, column: number): number => cellOf(rows, String(label), name, column);
    const claim = (
      what: string,
      column: number,
      rest: Pick<Claim, 'unit' | 'most' | 'of' | 'floor'>,
    ) => ({
      what: `${String(label)}: ${what}`,
      ours: of('failoverd', column),
      theirs: of('keepalived', column),
      ...rest,
    });
    return [
      claim('processor time for an advert', 2, {
        unit: 'us',
        most: 0.5,
        of: 'ratio',
        floor: 'the cause has not been examined yet',
      }),
      claim('memory', 4, {
        unit: 'MB',
        most: 80,
        of: 'value',
        floor: 'a Node.js process that does nothing has some 40 MB',
      }),
      claim('gaps disturbed by a reload of the same file', 6, {
        unit: '',
        most: 0,
        of: 'value',
        floor: 'not examined; without a reload busy processors delay adverts too',
      }),
    ];
  });
}

export const instances: Scenario = {
  name: 'instances',
  about: 'hundreds of virtual routers: processor, memory, reload',
  run,
};
