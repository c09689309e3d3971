// Somebody takes away, again and again at random moments, what a MASTER has in the kernel: addresses,
// routes, rules, macvlans and tables of nftables.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Random } from '../../src/sim/random.ts';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { everyKernelObject } from '../lab/kernel-objects.ts';
import { kernelBecomes, wholeKernel } from '../lab/kernel-state.ts';
import { routerDaemon } from '../lab/router-daemon.ts';
import { Lab } from '../lab/lab.ts';
import { statusOf } from './asking.ts';

/** Virtual routers, so that no single thing is taken more often than the 60 times a minute that are mended. */
const ROUTERS = Array.from({ length: 12 }, (_, index) => index + 1);
const INTERVAL = 0.3;

type Thing = (n: number, even: boolean) => readonly string[];

/**
 * How each is taken, and the milliseconds between two of its kind at the least: an address of a macvlan goes
 * with it, too, and on the fastest machine no more than 55 times a minute in all.
 */
const THINGS: Readonly<Record<string, { readonly take: Thing; readonly pauseMs: number }>> = {
  addresses: {
    take: (n, even) =>
      even
        ? ['ip', 'addr', 'del', `10.90.${n}.1/24`, 'dev', 'eth0']
        : ['ip', 'addr', 'del', `10.91.${n}.1/24`, 'dev', `vrrp.${n}`],
    pauseMs: 90,
  },
  routes: {
    take: (n, even) =>
      even
        ? ['ip', 'route', 'del', `10.92.${n}.0/24`]
        : ['ip', '-6', 'route', 'del', `2001:db8:92:${n}::/64`],
    pauseMs: 60,
  },
  rules: {
    take: (n, even) =>
      even
        ? ['ip', 'rule', 'del', 'priority', String(1000 + n)]
        : ['ip', '-6', 'rule', 'del', 'priority', String(2000 + n)],
    pauseMs: 60,
  },
  macvlans: { take: (n) => ['ip', 'link', 'del', `vrrp.${n}`], pauseMs: 190 },
  tables: { take: () => ['nft', 'delete', 'table', 'ip', 'failoverd'], pauseMs: 0 },
};

/** So long at the most are all things of one kind missing before the test gives up. */
const PATIENCE_MS = 20_000;

/** Takes so many of one kind; what is not there just now does not count. */
async function steal(host: Host, kind: string, times: number): Promise<void> {
  const thing = THINGS[kind];
  if (thing === undefined) throw new Error(kind);
  const { take, pauseMs } = thing;
  const random = new Random(`thief of ${kind}`);
  let last = performance.now();
  for (let taken = 0, tried = 0; taken < times; tried += 1) {
    const n = ROUTERS[tried % ROUTERS.length] ?? 1;
    const even = Math.floor(tried / ROUTERS.length) % 2 === 0;
    const { code } = await host.attempt(...take(n, even));
    if (code === 0) [taken, last] = [taken + 1, performance.now()];
    if (performance.now() - last > PATIENCE_MS) throw new Error(`no more ${kind} after ${taken}`);
    await sleep(pauseMs + random.between(0, 40));
  }
}

const statesOf = async (host: Host): Promise<readonly string[]> =>
  (await statusOf(host)).instances.map(({ state }) => state);

/** When each has last changed its state, and why. */
const changesOf = async (host: Host): Promise<readonly unknown[]> =>
  (await statusOf(host)).instances.map(({ lastChange }) => lastChange?.sentence);

/** The longest time between two adverts of one virtual router, in intervals. */
function longestGap(witness: Capture, since: number): number {
  const gaps = ROUTERS.flatMap((vrid) => {
    const moments = witness.adverts({ vrid, since }).map(({ at }) => at);
    return moments.slice(1).map((at, index) => at - (moments[index] ?? at));
  });
  return Math.max(...gaps) / 1e6 / INTERVAL;
}

/** Plays it with so many thefts of each kind, and sees that nothing came of it. Says how many there were. */
export async function thefts(times: number): Promise<string> {
  const lab = await Lab.create();
  const { server1 } = lab;
  const daemon = routerDaemon('failoverd', server1);
  try {
    const before = await wholeKernel(server1);
    const witness = await Capture.start(lab.client, 'eth0', 'ip proto 112');
    await daemon.start(everyKernelObject({ routers: ROUTERS, interval: INTERVAL }));
    await eventually('MASTER everywhere', async () =>
      (await statesOf(server1)).every((one) => one === 'MASTER'),
    );
    for (const vrid of ROUTERS) await witness.waitForAdvert({ vrid, priority: 200 });
    const standing = await eventually('the last rule', async () => {
      const all = await wholeKernel(server1);
      return JSON.stringify(all).includes('10.93.12.0/24') ? all : undefined;
    });
    const changes = await changesOf(server1);
    const since = Capture.now();
    await Promise.all(Object.keys(THINGS).map((kind) => steal(server1, kind, times)));
    await kernelBecomes(server1, standing);

    expect(await statesOf(server1)).toEqual(ROUTERS.map(() => 'MASTER'));
    expect(await changesOf(server1)).toEqual(changes);
    expect(witness.adverts({ priority: 0, since })).toEqual([]);
    // Three intervals and the skew are what a BACKUP waits for.
    const gap = longestGap(witness, since);
    expect(gap).toBeLessThan(3);
    await daemon.stop();
    await kernelBecomes(server1, before);
    return `${times} of each kind, the longest gap ${gap.toFixed(2)} intervals`;
  } catch (error) {
    throw new Error(`${String(error)}\n${daemon.logs()}`, { cause: error });
  } finally {
    await lab.close();
  }
}
