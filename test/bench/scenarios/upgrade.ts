// `failoverd upgrade`: another process takes the place of the running one. What the wire sees of it.
// keepalived has nothing of the kind; a restart of it is a failover.

import { readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { eventually } from '../../lab/eventually.ts';
import { FAILOVERD } from '../../lab/router-daemon.ts';
import { SERVER1, VIP, instance } from '../configs.ts';
import { longestWait } from '../darkness.ts';
import { Observer } from '../observer.ts';
import { peer, proberOf } from '../peers.ts';
import type { BenchOptions, Claim, Scenario, Table } from '../scenario.ts';
import { gaps } from '../statistics.ts';

/** Beyond the interval, milliseconds. */
const LATE = 5;

interface Figures {
  /** The longest time between two adverts, and that a ping waited for an answer, milliseconds. */
  readonly gap: number;
  readonly dark: number;
  /** Pings that nobody answered. */
  readonly lost: number;
}

/** The daemon that runs, who may be nobody's child by now. */
function pidIn(lab: Lab): number {
  return Number(readFileSync(lab.server1.privatePath('failoverd.pid'), 'utf8'));
}

function lives(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}

async function upgrade(lab: Lab): Promise<void> {
  const before = pidIn(lab);
  const argv = [process.execPath, FAILOVERD, 'upgrade', '-s', lab.server1.namespace];
  const command = await lab.server1.start(argv, { name: 'upgrade', outsideNetwork: true });
  await command.ended;
  await eventually('another process', () => pidIn(lab) !== before && !lives(before));
}

async function measure(lab: Lab, interval: number, times: number): Promise<Figures> {
  const one = peer('failoverd', lab.server1);
  await one.start(instance({ interval: interval / 1e6, priority: 200 }));
  const hasVip = async () => (await lab.server1.addresses()).includes(`${VIP}/24`);
  await eventually('server1 to be MASTER', hasVip);
  await sleep(500);
  const observer = await Observer.start(lab.client);
  const prober = await lab.client.start(proberOf(VIP, lab.directory));
  await sleep((2 * interval) / 1000);
  for (let time = 0; time < times; time++) {
    await upgrade(lab);
    await sleep((2 * interval) / 1000);
  }
  await prober.stop('SIGINT');
  const asked = Number.parseInt(await prober.waitForLine(/asked/), 10);
  const { adverts, questions, answers } = await observer.stop();
  const last = pidIn(lab);
  kill(last, 'SIGTERM');
  await eventually('the end of the last one', () => !lives(last));
  const regular = adverts.filter((seen) => seen.from === SERVER1).map(({ at }) => at);
  return {
    gap: Math.max(...gaps(regular)) / 1000,
    dark: longestWait(questions, answers) / 1000,
    lost: asked - answers.length,
  };
}

async function run(lab: Lab, { quick, rounds }: BenchOptions, say: (what: string) => void) {
  const rows: (string | number)[][] = [];
  const claims: Claim[] = [];
  for (const interval of quick ? [10_000] : [10_000, 100_000, 1_000_000]) {
    const label = `${interval / 1000} ms`;
    say(`${label}, ${rounds} times`);
    const { gap, dark, lost } = await measure(lab, interval, rounds);
    rows.push([label, gap, dark, lost]);
    claims.push(
      claim(`longest gap, adverts every ${label}`, 'ms', gap, interval / 1000 + LATE),
      claim(`answers of the VIP lost, adverts every ${label}`, '', lost, 0),
    );
  }
  return table(rows, claims);
}

function claim(what: string, unit: string, ours: number, most: number): Claim {
  return {
    what: `upgrade of a running daemon: ${what}`,
    unit,
    ours,
    theirs: Number.NaN,
    most,
    of: 'value',
    floor: 'two processes share the processors of this machine while the one follows the other',
    headline: true,
  };
}

function table(rows: (string | number)[][], claims: Claim[]): Table {
  return {
    title: 'Upgrade of a running daemon',
    columns: ['adverts every', 'longest gap, ms', 'VIP dark, ms', 'answers lost'],
    rows,
    note: 'Another process takes the place of the running one, one after the other. A client pings the VIP four times in a millisecond; dark is the longest time that one of these pings waited for an answer, to it or to a later one. keepalived has no such thing: its restart is a failover.',
    claims,
  };
}

export const upgrading: Scenario = {
  name: 'upgrade',
  about: 'another process goes on: adverts and answers meanwhile',
  run,
};
