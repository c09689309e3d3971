// What a daemon has grown by after as many events as an hour may bring, and after as many again.

import { setTimeout as sleep } from 'node:timers/promises';
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

async function rage(lab: Lab, daemon: RouterDaemon, times: number): Promise<void> {
  const lines = Array.from({ length: times }, () => EVENT.join('\n')).join('\n');
  await lab.server1.shell(`ip -batch - <<'EOF'\n${lines}\nEOF\n`);
  // What is garbage and what is kept can be told apart after a collection, which follows a reload.
  daemon.reload();
  await sleep(6000);
}

/** Megabytes at rest, after an hour's events, and after another hour's. */
async function measure(lab: Lab, name: (typeof NAMES)[number], times: number): Promise<number[]> {
  const one = peer(name, lab.server1);
  await one.start(instance({ extra: 'track_interface {\nens9 weight 20\n}\n' }));
  await sleep(5000);
  const { pid } = one.daemon.process;
  const sizes = [residentMegabytes(pid)];
  for (let hour = 0; hour < 2; hour++) {
    await rage(lab, one.daemon, times);
    sizes.push(residentMegabytes(pid));
  }
  await one.daemon.stop();
  return sizes;
}

async function run(lab: Lab, { quick }: BenchOptions, say: (what: string) => void) {
  const times = quick ? 400 : 3600;
  const sizes = new Map<string, readonly number[]>();
  for (const name of NAMES) {
    say(`${times * EVENT.length} events twice, ${name}`);
    sizes.set(name, await measure(lab, name, times));
  }
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
    },
    {
      what: `growth by the second ${events} events`,
      unit: 'MB',
      ours: grown('failoverd'),
      theirs: grown('keepalived'),
      most: 1,
      of: 'value',
      floor: 'the heap of JavaScript is not of one size at all times',
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
