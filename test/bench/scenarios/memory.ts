// What a daemon has grown by after as many events as an hour may bring, and after as many again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { RouterDaemon } from '../../lab/router-daemon.ts';
import { instance } from '../configs.ts';
import { NAMES, peer, residentMegabytes } from '../peers.ts';
import { ratio, type BenchOptions, type Claim, type Scenario, type Table } from '../scenario.ts';

/** A tracked link and an address that go and come, each of them a change of priority and more. */
const EVENT = [
  'link set ens9 down',
  'link set ens9 up',
  'addr add 10.80.0.1/32 dev ens9',
  'addr del 10.80.0.1/32 dev ens9',
];

/** Two virtual routers that have nothing to do with each other. */
const VRID = { failoverd: 51, keepalived: 52 };

async function rage(host: Host, daemon: RouterDaemon, times: number): Promise<void> {
  const lines = Array.from({ length: times }, () => EVENT.join('\n')).join('\n');
  await host.shell(`ip -batch - <<'EOF'\n${lines}\nEOF\n`);
  // What is garbage and what is kept can be told apart after a collection, which follows a reload.
  daemon.reload();
  await sleep(6000);
}

/** Megabytes at rest, after an hour's events, and after another hour's. */
async function measure(host: Host, name: (typeof NAMES)[number], times: number): Promise<number[]> {
  const one = peer(name, host);
  await one.start(
    instance({
      vrid: VRID[name],
      vips: [`10.81.0.${VRID[name]}/32`],
      extra: 'track_interface {\nens9 weight 20\n}\n',
    }),
  );
  await sleep(5000);
  const { pid } = one.daemon.process;
  const sizes = [residentMegabytes(pid)];
  for (let hour = 0; hour < 2; hour++) {
    await rage(host, one.daemon, times);
    sizes.push(residentMegabytes(pid));
  }
  await one.daemon.stop();
  return sizes;
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  // Enough to fill what is kept within bounds (the journal has 4,000 entries at most) the first time.
  const times = quick ? 2000 : 3600;
  const sizes = new Map<string, readonly number[]>();
  // Side by side: how much memory one has does not depend on the other.
  say(`${times * EVENT.length} events twice, each on a host of its own`);
  const one = async (name: (typeof NAMES)[number], host: Host): Promise<void> => {
    sizes.set(name, await measure(host, name, times));
  };
  await Promise.all([one('failoverd', lab.server1), one('keepalived', lab.server2)]);
  return table(sizes, times * EVENT.length);
}

function table(sizes: ReadonlyMap<string, readonly number[]>, events: number): Table {
  const of = (name: string, at: number): number => sizes.get(name)?.[at] ?? Number.NaN;
  const rows = NAMES.map((name) => [
    name,
    of(name, 0),
    of(name, 1),
    of(name, 2),
    name === 'failoverd' ? ratio(of(name, 0), of('keepalived', 0)) : '',
  ]);
  const grown = (name: string): number => of(name, 2) - of(name, 1);
  const claims: Claim[] = [
    {
      what: 'memory of one instance at rest',
      unit: 'MB',
      ours: of('failoverd', 0),
      theirs: of('keepalived', 0),
      most: 64,
      of: 'value',
      floor: 'a Node.js process that does nothing has some 40 MB',
      headline: true,
    },
    {
      what: `growth by the second ${events} events`,
      unit: 'MB',
      ours: grown('failoverd'),
      theirs: grown('keepalived'),
      most: 1,
      of: 'value',
      floor: 'JavaScript gives back what it needed meanwhile at rest, in whole pages only',
    },
  ];
  return {
    title: 'Memory',
    columns: [
      'daemon',
      'at rest, MB',
      `after ${events} events, MB`,
      'after as many again, MB',
      'at rest beside keepalived',
    ],
    rows,
    note: 'Resident memory of all processes of the daemon: failoverd and its guardian, both of keepalived. A tracked link goes down and up, an address comes and goes; then the file is loaded anew.',
    claims,
  };
}

export const memory: Scenario = {
  name: 'memory',
  about: 'memory at rest, and after as many events as an hour may bring',
  run,
};
