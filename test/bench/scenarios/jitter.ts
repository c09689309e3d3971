// How evenly adverts leave: the distance between neighbours, idle and loaded, with JavaScript blocked,
// and while many ask for the status. All daemons run at the same moment, each with a virtual router of
// its own on one of two hosts: what disturbs this machine for a while disturbs every one of them.

import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlPath } from '../../../src/observe/controlPath.ts';
import { Frr } from '../../lab/frr.ts';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabProcess } from '../../lab/process.ts';
import { frr, instance } from '../configs.ts';
import { loadAllCores } from '../load.ts';
import { Observer, now, type SeenAdvert } from '../observer.ts';
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
import { gaps, mean, missing, spread, type Spread } from '../statistics.ts';

/** Microseconds. */
const INTERVAL = 10_000;
const HOOKS = {
  FAILOVERD_TEST_HOOKS: '1',
  FAILOVERD_TEST_BLOCK_MS: '600000',
  FAILOVERD_TEST_GARBAGE_MB: 'Infinity',
  TMPDIR: '/run',
};
const WATCHERS = { processes: 4, connections: 50 };
/** keepalived's signal for its JSON file, SIGRTMIN+2. */
const JSON_SIGNAL = 36;
const METRICS = 'global_defs {\n    @failoverd metrics unix:/run/metrics.sock\n}\n';

/** A failoverd that nothing is done to, beside the one that it is done to. */
const ALONE = 'undisturbed failoverd';
type Name = PeerName | typeof ALONE;

/**
 * What makes these late is the machine's doing. Their gaps are taken together: which processor the machine
 * takes away from whom is chance, and p99.9 of one of them is that of its few unlucky moments.
 */
const UNDISTURBED: readonly Name[] = [ALONE, 'floor'];
const TOGETHER = 'both undisturbed together';

interface Contestant {
  readonly name: Name;
  /** No two daemons of a kind on one host, and no two that have one by default on both. */
  readonly host: 'server1' | 'server2';
  readonly vrid: number;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'failoverd', host: 'server1', vrid: 51 },
  { name: 'keepalived', host: 'server1', vrid: 52 },
  { name: 'keepalived-rt', host: 'server2', vrid: 53 },
  { name: 'floor', host: 'server2', vrid: 50 },
  { name: 'frr', host: 'server1', vrid: 54 },
  { name: ALONE, host: 'server2', vrid: 55 },
];

/** The condition begins, and ends with the returned function. */
type Begin = (host: Host, daemon: LabProcess) => Promise<() => Promise<unknown>>;

interface Condition {
  readonly name: string;
  readonly who: readonly Name[];
  /** In a quick run and in a full one. */
  readonly seconds: readonly [number, number];
  begin: Begin;
}

const ALL: readonly Name[] = ['failoverd', 'keepalived', 'keepalived-rt', 'floor', 'frr'];
const nothing = (): Promise<void> => Promise.resolve();

const IDLE: Condition = {
  name: '10 ms, idle',
  who: ALL,
  seconds: [5, 30],
  begin: () => Promise.resolve(nothing),
};

/** Load is what the figures to be reached are about. */
const LOADED: Condition = {
  name: '10 ms, all cores loaded',
  who: ALL,
  seconds: [15, 60],
  begin: () => {
    const relieve = loadAllCores();
    return Promise.resolve(() => Promise.resolve(relieve()));
  },
};

const BLOCKED: Condition = {
  name: '10 ms, JavaScript blocked',
  who: ['failoverd', ...UNDISTURBED],
  seconds: [5, 60],
  begin: (_host, daemon) => {
    daemon.signal('SIGPWR');
    return Promise.resolve(nothing);
  },
};

const WATCHED: Condition = {
  name: '10 ms, 200 watchers, a scraper, dumps',
  who: ['failoverd', ...UNDISTURBED],
  seconds: [5, 60],
  begin: watch,
};

const CONDITIONS = [IDLE, LOADED, BLOCKED, WATCHED];

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
async function watch(host: Host, daemon: LabProcess): Promise<() => Promise<unknown>> {
  const socket = controlPath({ namespace: host.namespace, instance: undefined });
  const program = path.resolve(import.meta.dirname, '../readers.mjs');
  const argv = [process.execPath, program, socket, String(WATCHERS.connections)];
  const watchers = await Promise.all(
    Array.from({ length: WATCHERS.processes }, (_, index) =>
      // The last one scrapes, too.
      host.start(index === WATCHERS.processes - 1 ? [...argv, host.runPath('metrics.sock')] : argv),
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

async function startFloor(lab: Lab, host: Host): Promise<Running> {
  const floor = await host.start([floorProgram(lab.directory), 'eth0', String(INTERVAL)]);
  return { process: floor, stop: () => floor.stop() };
}

async function start(
  lab: Lab,
  { name, host: at, vrid }: Contestant,
  how: Condition,
): Promise<Running> {
  const host = lab[at];
  if (name === 'floor') return startFloor(lab, host);
  const one = peer(name === ALONE ? 'failoverd' : name, host, HOOKS);
  const { daemon } = one;
  const vip = `192.168.122.${150 + vrid}`;
  const config = instance({ vrid, priority: 255, interval: INTERVAL / 1e6, vips: [`${vip}/24`] });
  const prefix = how === WATCHED && name === 'failoverd' ? METRICS : '';
  await one.start(name === 'frr' ? frr(vrid, vip, INTERVAL) : prefix + config);
  const stop = async (): Promise<void> => {
    // Who is blocked would not hear of it.
    await (how === BLOCKED ? daemon.kill() : daemon.stop());
    if (name === 'frr') await host.ip('link', 'del', `vrrp4-${vrid}`);
  };
  return { process: daemon.process, stop };
}

function measured(adverts: readonly SeenAdvert[], faults: number): Measured {
  if (adverts.length === 0) throw new Error('one of the daemons has sent nothing');
  const distances = gaps(adverts.map(({ at }) => at));
  return {
    off: distances.map((each) => Math.abs(each - INTERVAL)),
    drift: mean(distances) / INTERVAL - 1,
    missing: missing(distances, INTERVAL),
    faults,
  };
}

async function observe(
  lab: Lab,
  how: Condition,
  who: readonly Contestant[],
  seconds: number,
): Promise<Map<Name, Measured>> {
  const running: Running[] = [];
  for (const one of who) {
    running.push(await start(lab, one, how));
    // The next one on this host has a file of the same name.
    await sleep(1000);
  }
  const engineFaults = (): number[] =>
    running.map(({ process: { pid } }) => faultsOf(pid, 'failoverd-rt'));
  const observer = await Observer.start(lab.client);
  // The first contestant of every condition is the failoverd that it is about.
  const [{ process: daemon }] = running as [Running];
  const end = await how.begin(lab.server1, daemon);
  await sleep(300);
  const before = engineFaults();
  const from = now();
  await sleep(seconds * 1000);
  const until = now();
  const after = engineFaults();
  await end();
  const { adverts } = await observer.stop();
  for (const one of running) await one.stop();
  const inTime = adverts.filter(({ at, priority }) => priority > 0 && at >= from && at <= until);
  return new Map(
    who.map(({ name, vrid }, index) => {
      const own = inTime.filter((each) => each.vrid === vrid);
      return [name, measured(own, (after[index] ?? NaN) - (before[index] ?? NaN))];
    }),
  );
}

function contestants({ who }: Condition, quick: boolean): Contestant[] {
  const takesPart = ({ name }: Contestant): boolean =>
    who.includes(name) && (name !== 'frr' || (Frr.installed && !quick));
  return CONTESTANTS.filter(takesPart);
}

async function run(
  lab: Lab,
  { quick, rounds }: BenchOptions,
  say: (what: string) => void,
): Promise<Table> {
  const taken = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const condition of CONDITIONS) {
      say(`${condition.name}, round ${round + 1} of ${rounds}`);
      const who = contestants(condition, quick);
      const results = await observe(lab, condition, who, condition.seconds[quick ? 0 : 1]);
      for (const [name, one] of results) {
        const key = `${condition.name}/${name}`;
        taken.set(key, [...(taken.get(key) ?? []), one]);
      }
    }
  }
  const rows = CONDITIONS.flatMap((condition) => [
    ...contestants(condition, quick).map(({ name }) => rowOf(taken, condition, name)),
    ...(condition.who.includes(ALONE) ? [rowTogether(taken, condition)] : []),
  ]);
  return table(rows);
}

type Taken = ReadonlyMap<string, readonly Measured[]>;

const roundsOf = (taken: Taken, { name }: Condition, who: Name): readonly Measured[] =>
  taken.get(`${name}/${who}`) ?? [];

/** Of all rounds, and of all of them, together: p99.9 of a few would be their worst. */
function spreadOf(taken: Taken, condition: Condition, who: readonly Name[]): Spread {
  return spread(
    who.flatMap((one) => roundsOf(taken, condition, one)).flatMap(({ off }) => [...off]),
  );
}

function rowOf(taken: Taken, condition: Condition, name: Name): (string | number)[] {
  const rounds = roundsOf(taken, condition, name);
  const off = spreadOf(taken, condition, [name]);
  const others: readonly Name[] = condition.who.includes(ALONE) ? UNDISTURBED : ['keepalived'];
  return [
    condition.name,
    name,
    off.count,
    off.median,
    off.p99,
    off.p999,
    off.max,
    `${figure(spread(rounds.map(({ drift }) => drift)).median * 100)} %`,
    rounds.reduce((sum, one) => sum + one.missing, 0),
    rounds.reduce((sum, { faults }) => sum + faults, 0),
    others.includes(name) ? '' : ratio(off.p999, spreadOf(taken, condition, others).p999),
  ];
}

function rowTogether(taken: Taken, condition: Condition): (string | number)[] {
  const { count, median, p99, p999, max } = spreadOf(taken, condition, UNDISTURBED);
  return [condition.name, TOGETHER, count, median, p99, p999, max, '', '', '', ''];
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Even adverts',
    columns: [
      'condition',
      'daemon',
      'gaps',
      'median, us',
      'p99, us',
      'p99.9, us',
      'worst, us',
      'drift',
      'missing',
      'page faults of the engine',
      'p99.9 beside keepalived, or beside both undisturbed',
    ],
    rows,
    note: 'Distance of each gap between two adverts from the interval that was asked for, seen by another host. All daemons of a condition run at the same moment, each with its own virtual router. Who keeps to its schedule, as the floor and failoverd do, has two such gaps for an advert that is late, a longer one and a shorter one, and none is missing; who counts anew from there, as keepalived does, has one, and drifts; one that is late by half an interval is one less then. The floor runs with SCHED_RR 50, as the engine of failoverd does.',
    claims: claimsOf(rows),
  };
}

const [P999, MISSING, FAULTS] = [5, 8, 9];

/** Each advert followed from its timer to the wire with the kernel's own events (docs/design.md, section 7). */
const WHAT_HOLDS_UP =
  'traced on such a machine: the page faults of that JavaScript stop a virtual processor for 0.2 to 0.6 ms while the hypervisor finds memory, and the engine leaves a processor that has held it up. Full of compilers, 82 of 17,931 adverts left more than 150 us late, 72 of them because of the hypervisor or of other programs inside the kernel, none because of failoverd itself. Which adverts are hit is chance';

function claimsOf(rows: Table['rows']): Claim[] {
  const of = (condition: Condition, daemon: Name | typeof TOGETHER, column = P999): number =>
    cellOf(rows, condition.name, daemon, column);
  const common = { unit: 'us', of: 'ratio', ours: of(LOADED, 'failoverd') } as const;
  const atBest = `a bare C program on a real-time timer has ${figure(of(LOADED, 'floor'))} us here`;
  const besideAlone = (condition: Condition, words: string): Claim => ({
    ...common,
    what: `the same ${words}, beside an undisturbed failoverd and a bare C program`,
    ours: of(condition, 'failoverd'),
    theirs: of(condition, TOGETHER),
    most: 1.5,
    floor: WHAT_HOLDS_UP,
    headline: true,
  });
  return [
    {
      ...common,
      what: 'adverts every 10 ms under load, p99.9 of the deviation',
      theirs: of(LOADED, 'keepalived'),
      most: 0.2,
      floor: atBest,
      headline: true,
    },
    {
      ...common,
      what: 'the same, compared with keepalived with vrrp_rt_priority',
      theirs: of(LOADED, 'keepalived-rt'),
      most: 1,
      floor: atBest,
      headline: true,
    },
    {
      ...common,
      what: 'the same beside a bare C program',
      theirs: of(LOADED, 'floor'),
      most: 2,
      floor: atBest,
    },
    besideAlone(BLOCKED, 'with JavaScript blocked and heavy garbage'),
    besideAlone(WATCHED, 'with 200 watchers of the status, 50 of them stuck, a scraper and dumps'),
    {
      what: 'page faults of the engine with JavaScript blocked and heavy garbage',
      unit: '',
      ours: of(BLOCKED, 'failoverd', FAULTS),
      theirs: Number.NaN,
      most: 0,
      of: 'value',
      floor: 'memory that is not there makes the engine wait for whoever changes the address space',
    },
    {
      what: 'adverts missing in all of that',
      unit: '',
      ours: CONDITIONS.reduce((sum, one) => sum + of(one, 'failoverd', MISSING), 0),
      theirs: of(IDLE, 'keepalived', MISSING) + of(LOADED, 'keepalived', MISSING),
      most: 0,
      of: 'value',
      floor:
        'whoever stands still for a whole interval sends one advert less; a virtual processor that the hypervisor stops for so long does, and one that is inside a kernel without preemption',
      headline: true,
    },
  ];
}

export const jitter: Scenario = { name: 'jitter', about: 'how evenly adverts leave', run };
