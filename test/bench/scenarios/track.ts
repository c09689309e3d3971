// From an event on the master to the advert that tells it, and to the VIP answering elsewhere.

import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../lab/eventually.ts';
import { hostMac, type Lab } from '../../lab/lab.ts';
import type { LabProcess } from '../../lab/process.ts';
import { SERVER1, instance, VIP } from '../configs.ts';
import { now, Observer, type Time } from '../observer.ts';
import { floorProgram, NAMES, peer, proberOf } from '../peers.ts';
import {
  ratio,
  type BenchOptions,
  type Scenario,
  type Table,
  cellOf,
  type Claim,
} from '../scenario.ts';
import { spread } from '../statistics.ts';

const TRACKERS = `vrrp_track_process bench_process {
    process benchhttpd
    weight 20
}
vrrp_track_file bench_file {
    file /var/run/bench/value
}
vrrp_script bench_script {
    script "/usr/bin/test -e /var/run/bench/well"
    interval 1
    timeout 1
    weight 20
    user root
}
`;
const USES = `track_process {
    bench_process
}
track_file {
    bench_file weight 1
}
track_script {
    bench_script
}
track_interface {
    ens9 weight 20
}
`;

/** Seen at the next run, half a second later on average; from the result on it is the daemon's time. */
const SCRIPT_FAILS = 'script fails';

interface Event {
  readonly name: string;
  /** Lowers the priority of server1. Returns the moment right before the system call that does. */
  begin(): Promise<Time> | Time;
  /** Puts it back. */
  end(): Promise<void> | void;
}

/** From the event to the changed advert, and to the first answer of the VIP by server2, in ms. */
interface Reaction {
  readonly advert: number;
  readonly moved: number;
}

async function eventsOf(lab: Lab): Promise<readonly Event[]> {
  const floor = floorProgram(lab.directory);
  const program = lab.server1.privatePath('benchhttpd');
  symlinkSync('/bin/sleep', program);
  const start = (): Promise<LabProcess> => lab.server1.start([program, '100000']);
  let httpd = await start();
  return [
    {
      name: 'process dies',
      begin: () => {
        const at = now();
        httpd.signal('SIGKILL');
        return at;
      },
      end: async () => {
        httpd = await start();
      },
    },
    {
      name: 'file changes',
      begin: () => {
        lab.server1.writeRun('bench-value', '-20\n');
        const at = now();
        renameSync(lab.server1.runPath('bench-value'), lab.server1.runPath('bench/value'));
        return at;
      },
      end: () => lab.server1.writeRun('bench/value', '0\n'),
    },
    {
      name: SCRIPT_FAILS,
      begin: () => {
        const at = now();
        rmSync(lab.server1.runPath('bench/well'));
        return at;
      },
      end: () => lab.server1.writeRun('bench/well', ''),
    },
    {
      name: 'link goes down',
      begin: async () => Number(await lab.server1.run(floor, 'ens9', 'down')),
      end: async () => void (await lab.server1.ip('link', 'set', 'ens9', 'up')),
    },
  ];
}

async function measure(lab: Lab, event: Event, interval: number): Promise<Reaction> {
  await holds(lab, 'server1');
  const observer = await Observer.start(lab.client);
  const prober = await lab.client.start(proberOf(VIP, lab.directory));
  await sleep(interval / 1000 + 200 + Math.random() * (interval / 1000));
  const at = await event.begin();
  await holds(lab, 'server2');
  await sleep(100);
  await prober.stop('SIGINT');
  const seen = await observer.stop();
  await event.end();
  const before = seen.adverts.findLast((one) => one.from === SERVER1 && one.at <= at);
  const changed = seen.adverts.find(
    (one) => one.from === SERVER1 && one.at > at && one.priority !== before?.priority,
  );
  const newMaster = hostMac('server2');
  const answer = seen.answers.find((one) => one.at > at && one.mac === newMaster);
  return {
    advert: ((changed?.at ?? Number.NaN) - at) / 1000,
    moved: ((answer?.at ?? Number.NaN) - at) / 1000,
  };
}

/** Waits until one router has the VIP and the other has not. */
async function holds(lab: Lab, holder: 'server1' | 'server2'): Promise<void> {
  const has = async (name: 'server1' | 'server2'): Promise<boolean> =>
    (await lab.host(name).addresses()).includes(`${VIP}/24`);
  const other = holder === 'server1' ? 'server2' : 'server1';
  await eventually(
    `${holder} to have the VIP`,
    async () => (await has(holder)) && !(await has(other)),
  );
}

async function run(lab: Lab, { quick, rounds }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  lab.server1.writeRun('bench/value', '0\n');
  lab.server2.writeRun('bench/value', '0\n');
  lab.server1.writeRun('bench/well', '');
  const all = await eventsOf(lab);
  // A script is seen to fail at its next run, whoever runs it.
  const events = quick ? all.filter(({ name }) => name !== SCRIPT_FAILS) : all;
  for (const interval of quick ? [1_000_000] : [1_000_000, 100_000]) {
    const taken = new Map<string, Reaction[]>();
    for (const name of NAMES) {
      const [first, second] = [peer(name, lab.server1), peer(name, lab.server2)];
      const common = { interval: interval / 1e6 };
      // 170 + 20 + 20 + 20 against 220: any one event makes server2 the better one.
      await first.start(TRACKERS + instance({ ...common, priority: 170, extra: USES }));
      await second.start(instance({ ...common, priority: 220, state: 'BACKUP' }));
      for (let round = 0; round < rounds; round++) {
        for (const event of events) {
          say(`${interval / 1000} ms, ${event.name}, ${name}, round ${round + 1} of ${rounds}`);
          const key = `${event.name} ${name}`;
          taken.set(key, [...(taken.get(key) ?? []), await measure(lab, event, interval)]);
        }
      }
      await first.daemon.stop();
      await second.daemon.stop();
    }
    rows.push(...events.flatMap(({ name }) => rowsOf(taken, name, interval)));
  }
  return table(rows);
}

function rowsOf(
  taken: ReadonlyMap<string, readonly Reaction[]>,
  event: string,
  interval: number,
): (string | number)[][] {
  const medianOf = (name: string, what: keyof Reaction): number =>
    spread((taken.get(`${event} ${name}`) ?? []).map((one) => one[what])).median;
  return NAMES.map((name) => {
    const beside = (what: keyof Reaction): string =>
      name === 'failoverd' ? ratio(medianOf(name, what), medianOf('keepalived', what)) : '';
    return [
      `${interval / 1000} ms, ${event}`,
      name,
      medianOf(name, 'advert'),
      medianOf(name, 'moved'),
      beside('advert'),
      beside('moved'),
    ];
  });
}

function table(rows: (string | number)[][]): Table {
  return {
    title: 'Trackers',
    columns: [
      'event on the master',
      'both routers',
      'changed advert, ms',
      'VIP answers elsewhere, ms',
      'advert beside keepalived',
      'VIP beside keepalived',
    ],
    rows,
    note: 'The event lowers the priority by weight 20, which makes the other router the better one.',
    claims: claimsOf(rows),
  };
}

function claimsOf(rows: Table['rows']): Claim[] {
  const of = (event: string, daemon: string, column: number): number =>
    cellOf(rows, `1000 ms, ${event}`, daemon, column);
  const advert = (event: string, most: number, floor: string): Claim => ({
    what: `${event}: to the advert that tells it, at 1 s`,
    unit: 'ms',
    ours: of(event, 'failoverd', 2),
    theirs: of(event, 'keepalived', 2),
    most,
    of: 'value',
    floor,
  });
  return [
    advert('process dies', 2, 'the kernel takes the process apart before it tells of its death'),
    advert('link goes down', 2, 'the kernel tells of it when it has done all else'),
    advert(
      'file changes',
      5,
      'JavaScript reads the file, on a processor that it may have to wait for',
    ),
    {
      what: 'process dies: until the VIP answers elsewhere, at 1 s',
      unit: 'ms',
      ours: of('process dies', 'failoverd', 3),
      theirs: of('process dies', 'keepalived', 3),
      most: 0.1,
      of: 'ratio',
      floor: 'the better router waits out its skewTime, (256 - 220) / 256 of an interval',
      headline: true,
    },
  ];
}

export const track: Scenario = {
  name: 'track',
  about: 'process, file and link to the advert that tells it, and to the VIP elsewhere',
  run,
};
