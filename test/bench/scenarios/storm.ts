// Storms: foreign packets, forks, addresses that come and go, check scripts, while adverts must leave.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import type { LabProcess } from '../../lab/process.ts';
import { SERVER1, instance } from '../configs.ts';
import { now, Observer } from '../observer.ts';
import { NAMES, cpuMicros, family, floorProgram, peer, threadsOf } from '../peers.ts';
import {
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
} from '../scenario.ts';
import { gaps, missing, spread } from '../statistics.ts';

const INTERVAL = 10_000;

const FORKS = '2,000 forks a second';

/** Tells the daemons to listen for processes. */
const TRACKER = `vrrp_track_process bench_process {
    process benchhttpd
    weight 20
}
`;

const SCRIPTS = '100 check scripts a second';

interface Storm {
  readonly name: string;
  /** Instead of a tracked process: what rages by itself as long as the daemon runs. */
  readonly trackers?: string;
  readonly uses?: string;
  /** Resolves with how many events there were: a busy machine does not manage all. */
  rage(lab: Lab): Promise<number>;
}

async function done(storm: LabProcess): Promise<number> {
  return Number.parseInt(await storm.waitForLine(/\d+ done/), 10);
}

function storms(quick: boolean): readonly Storm[] {
  const packets = quick ? 100_000 : 250_000;
  const forks = quick ? 4_000 : 10_000;
  const addresses = quick ? 5_000 : 50_000;
  return [
    {
      name: '50,000 foreign packets a second',
      rage: async (lab) => {
        const flood = [floorProgram(lab.directory), 'eth0', 'flood', String(packets), '50000'];
        return done(await lab.client.start(flood));
      },
    },
    {
      name: FORKS,
      rage: async (lab) => {
        const storm = [floorProgram(lab.directory), '-', 'forks', String(forks), '2000'];
        return done(await lab.client.start(storm, { outsideNetwork: true }));
      },
    },
    scriptStorm(quick ? 5 : 10),
    {
      name: `${2 * addresses} address events`,
      rage: async (lab) => {
        const lines = Array.from({ length: addresses }, () =>
          ['addr add 10.80.0.1/32 dev ens9', 'addr del 10.80.0.1/32 dev ens9'].join('\n'),
        );
        const script = `ip -batch - <<'EOF'\n${lines.join('\n')}\nEOF\n`;
        await lab.server1.shell(script);
        return 2 * addresses;
      },
    },
  ];
}

function scriptStorm(seconds: number): Storm {
  const names = Array.from({ length: 100 }, (_, i) => `bench_script_${i}`);
  const script = (name: string): string => `vrrp_script ${name} {
    script /bin/true
    interval 1
    user root
}
`;
  return {
    name: SCRIPTS,
    trackers: names.map(script).join(''),
    uses: `track_script {\n${names.join('\n')}\n}\n`,
    rage: async () => {
      await sleep(seconds * 1000);
      return seconds * names.length;
    },
  };
}

/** Share of a processor that the daemon needs when nothing rages: its adverts. */
async function calmShare(pid: number): Promise<number> {
  const [before, from] = [cpuMicros(pid), now()];
  await sleep(2000);
  return (cpuMicros(pid) - before) / (now() - from);
}

/** Processor time from now on, of those who are there from now on: the scripts come and go. */
function workSince(pid: number): () => number {
  const before = new Map(family(pid).map((one) => [one, threadsOf(one)]));
  return () => {
    const after = new Set(family(pid));
    const lasting = [...before].filter(([one]) => after.has(one));
    return lasting.reduce((sum, [one, from]) => sum + threadsOf(one) - from, 0);
  };
}

async function measure(lab: Lab, name: (typeof NAMES)[number], storm: Storm) {
  const one = peer(name, lab.server1);
  const { trackers = TRACKER, uses: extra = 'track_process {\nbench_process\n}\n' } = storm;
  await one.start(trackers + instance({ priority: 200, interval: INTERVAL / 1e6, extra }));
  await sleep(1500);
  const observer = await Observer.start(
    lab.client,
    `ip proto 112 and src host ${SERVER1} and ip[21] == 51`,
  );
  const { pid } = one.daemon.process;
  const isCounted = storm.trackers === undefined;
  const before = isCounted ? await calmShare(pid) : 0;
  const work = workSince(pid);
  const from = now();
  const events = await storm.rage(lab);
  const until = now();
  const worked = work();
  // A daemon that has just started is not at rest yet.
  const calm = isCounted ? Math.min(before, await calmShare(pid)) : 0;
  const cpu = (worked - calm * (until - from)) / events;
  const { adverts } = await observer.stop();
  await one.daemon.stop();
  const times = adverts.map((advert) => advert.at).filter((at) => at >= from && at <= until);
  const distances = gaps(times);
  return {
    late: spread(distances.map((distance) => Math.abs(distance - INTERVAL))),
    missing: missing(distances, INTERVAL),
    cpu,
  };
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  for (const storm of storms(quick)) {
    const results = new Map<string, Awaited<ReturnType<typeof measure>>>();
    for (const name of NAMES) {
      say(`${storm.name}, ${name}`);
      results.set(name, await measure(lab, name, storm));
    }
    const theirs = results.get('keepalived')?.cpu ?? Number.NaN;
    for (const [name, { late, missing: lost, cpu }] of results) {
      const beside = name === 'failoverd' ? ratio(cpu, theirs) : '';
      rows.push([storm.name, name, late.p99, late.max, lost, cpu, beside]);
    }
  }
  return table(rows);
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Storms',
    columns: [
      'storm',
      'daemon',
      'p99, us',
      'worst, us',
      'missing',
      'CPU for an event, us',
      'CPU beside keepalived',
    ],
    rows,
    note: 'Adverts every 10 ms while it rages: distance of each gap from the interval. A process is tracked; processor time is what comes on top of the adverts (with check scripts: adverts and all, without the scripts).',
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  const cpu: Claim = {
    what: `processor time, ${FORKS} and a tracked process`,
    unit: 'us a fork',
    ours: cellOf(rows, FORKS, 'failoverd', 5),
    theirs: cellOf(rows, FORKS, 'keepalived', 5),
    most: 1 / 3,
    of: 'ratio',
    floor:
      'forks are read fifty times a second, many at once; what else is executed on the machine meanwhile is looked at one by one',
  };
  const scripts: Claim = {
    what: `processor time, ${SCRIPTS}`,
    unit: 'us a run',
    ours: cellOf(rows, SCRIPTS, 'failoverd', 5),
    theirs: cellOf(rows, SCRIPTS, 'keepalived', 5),
    most: 1.3,
    of: 'ratio',
    floor: 'JavaScript decides on each run, and another process makes it',
  };
  const allOnTheWire = rows.flatMap(([label, daemon]) => {
    if (daemon !== 'failoverd') return [];
    const of = (name: string): number => cellOf(rows, String(label), name, 4);
    return {
      what: `${label}: adverts missing, every 10 ms`,
      unit: '',
      ours: of('failoverd'),
      theirs: of('keepalived'),
      most: 0,
      of: 'value' as const,
      floor:
        'the storm and the observer share the processors of this machine; not examined further',
    };
  });
  return [cpu, scripts, ...allOnTheWire];
}

export const storm: Scenario = {
  name: 'storm',
  about: 'foreign packets, forks, check scripts and netlink events',
  run,
};
