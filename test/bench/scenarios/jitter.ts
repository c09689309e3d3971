// How evenly adverts leave: the distance between neighbours, idle and loaded, with JavaScript blocked,
// and while many ask for the status.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlPath } from '../../../src/observe/controlPath.ts';
import { Frr } from '../../lab/frr.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabProcess } from '../../lab/process.ts';
import { SERVER1, frr, instance } from '../configs.ts';
import { loadAllCores } from '../load.ts';
import { Observer, now } from '../observer.ts';
import { faultsOf, floorProgram, peer, type PeerName } from '../peers.ts';
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

/** Microseconds. */
const INTERVAL = 10_000;
const HOOKS = { FAILOVERD_TEST_HOOKS: '1', FAILOVERD_TEST_BLOCK_MS: '60000', TMPDIR: '/run' };
const WATCHERS = { processes: 4, connections: 50 };
/** keepalived's signal for its JSON file, SIGRTMIN+2. */
const JSON_SIGNAL = 36;
const METRICS = 'global_defs {\n    @failoverd metrics unix:/run/metrics.sock\n}\n';

const CONDITIONS = [
  'idle',
  'all cores loaded',
  'JavaScript blocked',
  '200 watchers, a scraper, dumps',
] as const;
type Condition = (typeof CONDITIONS)[number];

/** The condition begins, and ends with the returned function. */
type Begin = (lab: Lab, daemon: LabProcess) => Promise<() => Promise<unknown>>;

const BEGIN: Readonly<Record<Condition, Begin>> = {
  idle: () => Promise.resolve(() => Promise.resolve()),
  'all cores loaded': () => {
    const relieve = loadAllCores();
    return Promise.resolve(() => Promise.resolve(relieve()));
  },
  'JavaScript blocked': (_lab, daemon) => {
    daemon.signal('SIGPWR');
    return Promise.resolve(() => Promise.resolve());
  },
  '200 watchers, a scraper, dumps': watch,
};

/** Distances of neighbouring adverts from the interval that was asked for, in microseconds. */
interface Measured {
  readonly off: readonly number[];
  /** Mean distance minus the interval, as a share of the interval. */
  readonly drift: number;
  readonly missing: number;
  /** Page faults of failoverd's engine meanwhile: memory that was not there; NaN for others. */
  readonly faults: number;
}

/**
 * 200 watch the status in four processes, one of which reads no more once it has begun; the metrics are
 * scraped ten times a second; keepalived's three files are asked for every second.
 */
async function watch(lab: Lab, daemon: LabProcess): Promise<() => Promise<unknown>> {
  const socket = controlPath({ namespace: lab.server1.namespace, instance: undefined });
  const program = path.resolve(import.meta.dirname, '../readers.mjs');
  const argv = [process.execPath, program, socket, String(WATCHERS.connections)];
  const watchers = await Promise.all(
    Array.from({ length: WATCHERS.processes }, (_, index) =>
      // The last one scrapes, too.
      lab.server1.start(
        index === WATCHERS.processes - 1 ? [...argv, lab.server1.runPath('metrics.sock')] : argv,
      ),
    ),
  );
  for (const one of watchers) await one.waitForLine(/reading/);
  watchers[0]?.signal('SIGSTOP');
  const dumps = setInterval(() => {
    for (const signal of ['SIGUSR1', 'SIGUSR2', JSON_SIGNAL] as const) daemon.signal(signal);
  }, 1000);
  return () => {
    clearInterval(dumps);
    return Promise.all(watchers.map((one) => one.stop('SIGKILL')));
  };
}

interface Running {
  readonly process: LabProcess;
  stop(): Promise<unknown>;
}

async function startPeer(lab: Lab, name: PeerName, condition: Condition): Promise<Running> {
  if (name === 'floor') {
    const argv = [floorProgram(lab.directory), 'eth0', String(INTERVAL)];
    const floor = await lab.server1.start(argv);
    return { process: floor, stop: () => floor.stop() };
  }
  const one = peer(name, lab.server1, HOOKS);
  const { daemon } = one;
  const config = instance({ priority: 255, interval: 0.01 });
  const prefix = condition === '200 watchers, a scraper, dumps' ? METRICS : '';
  await one.start(name === 'frr' ? frr(INTERVAL) : prefix + config);
  const stop = async (): Promise<void> => {
    // Who is blocked would not hear of it.
    await (condition === 'JavaScript blocked' ? daemon.kill() : daemon.stop());
    if (name === 'frr') await lab.server1.ip('link', 'del', 'vrrp4-51');
  };
  return { process: daemon.process, stop };
}

async function observe(
  lab: Lab,
  name: PeerName,
  condition: Condition,
  seconds: number,
): Promise<Measured> {
  const one = await startPeer(lab, name, condition);
  await sleep(1000);
  const observer = await Observer.start(lab.client);
  const end = await BEGIN[condition](lab, one.process);
  await sleep(300);
  const faultsBefore = faultsOf(one.process.pid, 'failoverd-rt');
  const from = now();
  await sleep(seconds * 1000);
  const until = now();
  const faults = faultsOf(one.process.pid, 'failoverd-rt') - faultsBefore;
  await end();
  const { adverts } = await observer.stop();
  await one.stop();
  const times = adverts
    .filter((each) => each.from === SERVER1 && each.priority > 0)
    .map((each) => each.at)
    .filter((at) => at >= from && at <= until);
  const distances = gaps(times);
  return {
    off: distances.map((each) => Math.abs(each - INTERVAL)),
    drift: mean(distances) / INTERVAL - 1,
    missing: distances.reduce((sum, each) => sum + Math.max(0, Math.round(each / INTERVAL) - 1), 0),
    faults,
  };
}

function peersFor(condition: Condition, quick: boolean): readonly PeerName[] {
  if (condition === 'JavaScript blocked' || condition === '200 watchers, a scraper, dumps') {
    return ['failoverd'];
  }
  // Nothing is to be reached there in comparison with these.
  if (quick && condition === 'idle') return ['failoverd', 'keepalived'];
  const all: readonly PeerName[] = ['failoverd', 'keepalived', 'keepalived-rt', 'floor'];
  return Frr.installed && !quick ? [...all, 'frr'] : all;
}

/** Load is what the figures to be reached are about. */
function secondsOf(condition: Condition, quick: boolean): number {
  if (condition === 'all cores loaded') return quick ? 6 : 12;
  return quick ? 3 : 6;
}

/** Every round has each condition and each daemon, so that a bad minute falls on all of them. */
async function run(
  lab: Lab,
  { quick, rounds }: BenchOptions,
  say: (what: string) => void,
): Promise<Table> {
  const taken = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const condition of CONDITIONS) {
      for (const name of peersFor(condition, quick)) {
        say(`10 ms, ${condition}, ${name}, round ${round + 1} of ${rounds}`);
        const key = `${condition}/${name}`;
        const measured = await observe(lab, name, condition, secondsOf(condition, quick));
        taken.set(key, [...(taken.get(key) ?? []), measured]);
      }
    }
  }
  const rows = CONDITIONS.flatMap((condition) =>
    peersFor(condition, quick).map((name) => rowOf(taken, condition, name)),
  );
  return table(rows);
}

/** Of the gaps of all rounds together: p99.9 of a single round would be its worst gap. */
function pooled(rounds: readonly Measured[] = []): Spread {
  return spread(rounds.flatMap(({ off }) => off));
}

function rowOf(
  taken: ReadonlyMap<string, readonly Measured[]>,
  condition: Condition,
  name: PeerName,
): (string | number)[] {
  const rounds = taken.get(`${condition}/${name}`) ?? [];
  const off = pooled(rounds);
  const theirs = pooled(taken.get(`${condition}/keepalived`)).p999;
  return [
    `10 ms, ${condition}`,
    name,
    off.median,
    off.p99,
    off.p999,
    off.max,
    `${figure(spread(rounds.map(({ drift }) => drift)).median * 100)} %`,
    rounds.reduce((sum, { missing }) => sum + missing, 0),
    rounds.reduce((sum, { faults }) => sum + faults, 0),
    name === 'keepalived' ? '' : ratio(off.p999, theirs),
  ];
}

function table(rows: (string | number)[][]): Table {
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
      'page faults of the engine',
      'p99.9 beside keepalived',
    ],
    rows,
    note: 'Distance of each gap between two adverts from the interval that was asked for, seen by another host, over all rounds together, in which every daemon has its turn. The floor runs with SCHED_RR 50, as the engine of failoverd does.',
    claims: claimsOf(rows),
  };
}

const [P999, MISSING, FAULTS] = [4, 7, 8];

function claimsOf(rows: Table['rows']): Claim[] {
  const of = (condition: Condition, daemon: PeerName, column = P999): number =>
    cellOf(rows, `10 ms, ${condition}`, daemon, column);
  const common = { unit: 'us', of: 'ratio', ours: of('all cores loaded', 'failoverd') } as const;
  const floor = of('all cores loaded', 'floor');
  const atBest = `a bare C program on a real-time timer has ${figure(floor)} us here`;
  const besideIdle = (condition: Condition, words: string): Claim => ({
    ...common,
    what: `the same ${words}, beside idle`,
    ours: of(condition, 'failoverd'),
    theirs: of('idle', 'failoverd'),
    most: 1.5,
    floor: 'the engine takes no page fault meanwhile; what held it up was not traced',
  });
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
      what: 'the same beside keepalived with vrrp_rt_priority',
      theirs: of('all cores loaded', 'keepalived-rt'),
      most: 1,
      floor: atBest,
    },
    {
      ...common,
      what: 'the same beside a bare C program',
      theirs: floor,
      most: 2,
      floor: atBest,
    },
    besideIdle('JavaScript blocked', 'with JavaScript blocked and heavy garbage'),
    besideIdle(
      '200 watchers, a scraper, dumps',
      'with 200 watchers of the status, 50 of them stuck, a scraper and dumps',
    ),
    {
      what: 'page faults of the engine with JavaScript blocked and heavy garbage',
      unit: '',
      ours: of('JavaScript blocked', 'failoverd', FAULTS),
      theirs: Number.NaN,
      most: 0,
      of: 'value',
      floor: 'memory that is not there makes the engine wait for whoever changes the address space',
    },
    {
      what: 'adverts missing in all of that',
      unit: '',
      ours: CONDITIONS.reduce((sum, one) => sum + of(one, 'failoverd', MISSING), 0),
      theirs: of('idle', 'keepalived', MISSING) + of('all cores loaded', 'keepalived', MISSING),
      most: 0,
      of: 'value',
      floor: 'a kernel without preemption lets nobody run while others are inside it',
    },
  ];
}

export const jitter: Scenario = { name: 'jitter', about: 'how evenly adverts leave', run };
