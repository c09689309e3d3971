// How evenly adverts leave: the distance between neighbours, idle and loaded, with JavaScript blocked.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { SERVER1, instance } from '../configs.ts';
import { loadAllCores } from '../load.ts';
import { Observer, now } from '../observer.ts';
import { floorProgram, peer, type PeerName } from '../peers.ts';
import {
  cellOf,
  figure,
  ratio,
  type BenchOptions,
  type Claim,
  type Scenario,
  type Table,
} from '../scenario.ts';
import { gaps, mean, spread, type Spread } from '../statistics.ts';

const INTERVALS = [10_000];
const HOOKS = { FAILOVERD_TEST_HOOKS: '1', FAILOVERD_TEST_BLOCK_MS: '2000' };

type Condition = 'idle' | 'all cores loaded' | 'JavaScript blocked';

/** Distances of neighbouring adverts from the interval that was asked for, in microseconds. */
interface Measured {
  readonly off: Spread;
  /** Mean distance minus the interval, as a share of the interval. */
  readonly drift: number;
  readonly missing: number;
}

async function observe(
  lab: Lab,
  name: PeerName,
  condition: Condition,
  { interval, seconds }: { readonly interval: number; readonly seconds: number },
): Promise<Measured> {
  const daemon =
    name === 'floor'
      ? await lab.server1.start([floorProgram(lab.directory), 'eth0', String(interval)])
      : undefined;
  const router = name === 'floor' ? undefined : peer(name, lab.server1, HOOKS);
  await router?.start(instance({ priority: 255, interval: interval / 1e6 }));
  await sleep(1500);
  const observer = await Observer.start(lab.client);
  const relieve = condition === 'all cores loaded' ? loadAllCores() : undefined;
  await sleep(300);
  const from = now();
  if (condition === 'JavaScript blocked') router?.daemon.process.signal('SIGPWR');
  await sleep(seconds * 1000);
  const until = now();
  relieve?.();
  const { adverts } = await observer.stop();
  await (router?.daemon.stop() ?? daemon?.stop());
  const times = adverts
    .filter((one) => one.from === SERVER1 && one.at >= from && one.at <= until)
    .map((one) => one.at);
  const distances = gaps(times);
  return {
    off: spread(distances.map((one) => Math.abs(one - interval))),
    drift: mean(distances) / interval - 1,
    missing: distances.reduce((sum, one) => sum + Math.max(0, Math.round(one / interval) - 1), 0),
  };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void): Promise<Table> {
  const seconds = quick ? 4 : 15;
  const rows: (string | number)[][] = [];
  for (const interval of INTERVALS) {
    for (const condition of ['idle', 'all cores loaded', 'JavaScript blocked'] as const) {
      const peers: readonly PeerName[] =
        condition === 'JavaScript blocked'
          ? ['failoverd']
          : ['failoverd', 'keepalived', 'keepalived-rt', 'floor'];
      let keepalived = Number.NaN;
      for (const name of peers) {
        say(`${interval / 1000} ms, ${condition}, ${name}`);
        const { off, drift, missing } = await observe(lab, name, condition, { interval, seconds });
        if (name === 'keepalived') keepalived = off.p999;
        rows.push([
          `${interval / 1000} ms, ${condition}`,
          name,
          off.median,
          off.p99,
          off.p999,
          off.max,
          `${figure(drift * 100)} %`,
          missing,
          name === 'keepalived-rt' || name === 'floor' ? ratio(off.p999, keepalived) : '',
        ]);
      }
      compareOurs(rows, interval, condition, keepalived);
    }
  }
  return {
    title: 'Even adverts',
    columns: [
      'condition',
      'daemon',
      'median, us',
      'p99, us',
      'p99.9, us',
      'worst, us',
      'drift',
      'missing',
      'p99.9 beside keepalived',
    ],
    rows,
    note: 'Distance of each gap between two adverts from the interval that was asked for, seen by another host.',
    claims: claimsOf(rows),
  };
}

const P999 = 4;

function claimsOf(rows: Table['rows']): Claim[] {
  const of = (condition: Condition, daemon: PeerName): number =>
    cellOf(rows, `10 ms, ${condition}`, daemon, P999);
  const common = { unit: 'us', of: 'ratio', ours: of('all cores loaded', 'failoverd') } as const;
  const floor = of('all cores loaded', 'floor');
  const atBest = `a bare C program on a real-time timer has ${figure(floor)} us here`;
  return [
    {
      ...common,
      what: 'adverts every 10 ms under load, p99.9 of the unevenness',
      theirs: of('all cores loaded', 'keepalived'),
      most: 0.2,
      floor: atBest,
    },
    {
      ...common,
      what: 'the same beside a bare C program',
      theirs: floor,
      most: 2,
      floor: `${atBest}; two processors, one of them also runs what is measured`,
    },
    {
      ...common,
      what: 'the same with JavaScript blocked, beside idle',
      ours: of('JavaScript blocked', 'failoverd'),
      theirs: of('idle', 'failoverd'),
      most: 1.5,
      floor: 'the blocked loop fills one processor of the machine, which idle does not',
    },
  ];
}

/** Our ratio is known only when keepalived has been measured as well. */
function compareOurs(
  rows: (string | number)[][],
  interval: number,
  condition: Condition,
  keepalived: number,
): void {
  const label = `${interval / 1000} ms, ${condition}`;
  const row = rows.find((one) => one[0] === label && one[1] === 'failoverd');
  if (row !== undefined) row[8] = ratio(Number(row[4]), keepalived);
}

export const jitter: Scenario = { name: 'jitter', about: 'how evenly adverts leave', run };
