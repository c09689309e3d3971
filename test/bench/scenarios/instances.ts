// Many virtual routers in one daemon: processor time for an advert, memory, adverts on time, a reload.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { manyInstances } from '../configs.ts';
import { WIRE, addSegments, removeSegments, segmentOf } from '../segments.ts';
import { now, Observer, type SeenAdvert, type Time } from '../observer.ts';
import { NAMES, cpuMicros, peer, residentMegabytes } from '../peers.ts';
import {
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
} from '../scenario.ts';

interface Size {
  readonly count: number;
  /** Microseconds. */
  readonly interval: number;
}

interface Figures {
  readonly cpuPerAdvert: number;
  readonly megabytes: number;
  /** Percentage of the adverts within 5 ms of their time after the one before. */
  readonly onTime: number;
  /** Adverts that a reload of the unchanged file adds, takes away or delays by more than 5 ms. */
  readonly disturbed: number;
  /** The same of a reload of a file in which one instance has changed, without that one. */
  readonly disturbedByOne: number;
}

async function measure(
  lab: Lab,
  name: (typeof NAMES)[number],
  { count, interval }: Size,
  seconds: number,
): Promise<Figures> {
  const one = peer(name, lab.server1);
  const file = manyInstances(count, interval / 1e6);
  await one.start(file);
  // All are MASTER, and whoever tidies up after that has done it.
  await sleep(4 * (interval / 1000) + 6000 + count * 2);
  const { pid } = one.daemon.process;
  const observer = await Observer.startForMany(lab.client, WIRE, 'ip proto 112');
  const before = cpuMicros(pid);
  const from = now();
  await sleep(seconds * 1000);
  const until = now();
  const cpu = cpuMicros(pid) - before;
  const megabytes = residentMegabytes(pid);
  const reload = async (config?: string): Promise<Time> => {
    one.daemon.reload(config);
    await sleep(1000 + 2 * (interval / 1000) + count / 4);
    return now();
  };
  const reloaded = await reload();
  const changed = await reload(file.replace('priority 200', 'priority 201'));
  const { adverts } = await observer.stop();
  await one.daemon.stop();
  const sent = adverts.filter((each) => each.at >= from && each.at <= until);
  return {
    cpuPerAdvert: cpu / sent.length,
    megabytes,
    onTime: 100 * (1 - offTime(adverts, interval, from, until).share),
    disturbed: offTime(adverts, interval, until, reloaded).count,
    disturbedByOne: offTime(adverts, interval, reloaded, changed, CHANGED).count,
  };
}

/** The first of all instances is the one that is changed. */
const CHANGED = { segment: 0, vrid: 1 };

/** Gaps that are not an interval, to 5 ms, among the adverts of each virtual router. */
function offTime(
  adverts: readonly SeenAdvert[],
  interval: number,
  from: Time,
  until: Time,
  without?: typeof CHANGED,
) {
  const last = new Map<string, Time>();
  let off = 0;
  let all = 0;
  for (const { at, from: source, vrid } of adverts) {
    const key = `${source} ${vrid}`;
    const before = last.get(key);
    last.set(key, at);
    if (before === undefined || at < from || at > until) continue;
    if (without?.vrid === vrid && without.segment === segmentOf(source)) continue;
    all++;
    if (Math.abs(at - before - interval) > 5000) off++;
  }
  return { count: off, share: off / all };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const sizes: readonly Size[] = quick
    ? [{ count: 255, interval: 100_000 }]
    : [
        { count: 255, interval: 10_000 },
        { count: 255, interval: 100_000 },
        { count: 255, interval: 1_000_000 },
        { count: 1000, interval: 1_000_000 },
        { count: 4000, interval: 1_000_000 },
      ];
  const rows: (string | number)[][] = [];
  for (const size of sizes) {
    await addSegments(lab, size.count, ['server1']);
    const label = `${size.count} every ${size.interval / 1000} ms`;
    const figures = new Map<string, Figures>();
    for (const name of NAMES) {
      say(`${label}, ${name}`);
      figures.set(name, await measure(lab, name, size, quick ? 3 : 6));
    }
    const theirs = figures.get('keepalived')?.cpuPerAdvert ?? Number.NaN;
    for (const [name, one] of figures) {
      const beside = name === 'failoverd' ? ratio(one.cpuPerAdvert, theirs) : '';
      const { cpuPerAdvert, megabytes, onTime, disturbed, disturbedByOne } = one;
      const share = onTime.toFixed(2);
      rows.push([label, name, cpuPerAdvert, beside, megabytes, share, disturbed, disturbedByOne]);
    }
    await removeSegments(lab, size.count);
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
      'on time (5 ms), %',
      'gaps disturbed by a reload',
      'by one that changes one instance',
    ],
    rows,
    note: 'Processor time of all threads and children, from the scheduler, divided by the adverts seen; at rest, on a cable that ends at the observer.',
    claims: claimsOf(rows),
  };
}

const [CPU, MEMORY, ON_TIME, DISTURBED, DISTURBED_BY_ONE] = [2, 4, 5, 6, 7];

function claimsOf(rows: Table['rows']): Claim[] {
  const labels = rows
    .filter(([, daemon]) => daemon === 'failoverd')
    .map(([label]) => String(label));
  const claims = labels.flatMap((label) => claimsOfSize(rows, label));
  const [few, many] = [labels.find((one) => one.startsWith('255 ')), labels.at(-1)];
  if (few === undefined || many === undefined || few === many) return claims;
  const grown = (daemon: string): number => {
    const by = cellOf(rows, many, daemon, MEMORY) - cellOf(rows, few, daemon, MEMORY);
    return (by * 1024) / (Number.parseInt(many, 10) - Number.parseInt(few, 10));
  };
  const growth: Claim = {
    what: 'memory for one instance more',
    unit: 'kB',
    ours: grown('failoverd'),
    theirs: grown('keepalived'),
    most: 5,
    of: 'value',
    floor:
      'some 1.9 kB in the engine, of which its state is 1.3, and some 1.5 kB in JavaScript: 0.8 the settings, the rest names, tables and the journal of the first transitions',
  };
  return [...claims, growth];
}

function claimsOfSize(rows: Table['rows'], label: string): Claim[] {
  const claim = (
    what: string,
    column: number,
    rest: Pick<Claim, 'unit' | 'most' | 'of' | 'floor' | 'headline'>,
  ): Claim => ({
    what: `${label}: ${what}`,
    ours: cellOf(rows, label, 'failoverd', column),
    theirs: cellOf(rows, label, 'keepalived', column),
    ...rest,
  });
  const none = { unit: '', most: 0, of: 'value' } as const;
  const busy = 'without a reload busy processors delay adverts too';
  const late = claim('adverts more than 5 ms off their time', ON_TIME, {
    unit: '%',
    most: 0.01,
    of: 'value',
    floor: 'the observer and what is measured share the processors of this machine',
  });
  const cpu = claim('processor time for an advert', CPU, {
    unit: 'us',
    most: 0.5,
    of: 'ratio',
    floor: 'most of it is the kernel sending the packet, which both pay',
    headline: true,
  });
  return [
    // Among few adverts what JavaScript does once a second weighs as much as they do.
    ...(Number.parseInt(label, 10) >= 1000 ? [cpu] : []),
    claim('memory', MEMORY, {
      unit: 'MB',
      most: 80,
      of: 'value',
      floor: 'a Node.js process that does nothing has some 40 MB',
    }),
    { ...late, ours: 100 - late.ours, theirs: 100 - late.theirs },
    claim('gaps disturbed by a reload of the same file', DISTURBED, { ...none, floor: busy }),
    claim('gaps of others disturbed by a changed instance', DISTURBED_BY_ONE, {
      ...none,
      floor: busy,
    }),
  ];
}

export const instances: Scenario = {
  name: 'instances',
  about: 'hundreds of virtual routers: processor, memory, reload',
  run,
};
