// The stage on which the walkthroughs are played: a lab, a witness on the client, and one daemon
// on each router with the walkthrough's file. When a test fails its message carries both logs
// and the last packets.

import { test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventuallyEqual } from '../lab/eventually.ts';
import { Lab, hostMac, type LabOptions } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { routerDaemon, type DaemonEnv, type RouterDaemon } from '../lab/router-daemon.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { everybodyAgrees, TELLING } from './agreement.ts';
import { pairs, type Pair } from './pairs.ts';

/** The address that moves. */
export const VIP = '192.168.122.200';
export const SERVER1 = '192.168.122.101';
export const SERVER2 = '192.168.122.102';

export interface Stage {
  readonly lab: Lab;
  readonly capture: Capture;
  readonly server1: RouterDaemon;
  readonly server2: RouterDaemon;
}

export interface StageOptions extends LabOptions {
  readonly env?: DaemonEnv;
}

export interface WalkthroughOptions extends StageOptions {
  /** Not at the same time as the others: it looks at something that all of the machine shares. */
  readonly alone?: boolean;
  /** Programs that it needs beside the lab's. */
  readonly programs?: readonly string[];
  /** The usual pairs, when not all three. */
  readonly pairs?: readonly string[];
  /** A daemon for which it does not hold, on this router. */
  readonly notWith?: Partial<Pair>;
}

/** Declares one test for each pair of daemons, or skips them and says what is missing. */
export function walkthrough(
  title: string,
  options: WalkthroughOptions,
  body: (stage: Stage) => Promise<void>,
): void {
  for (const [name, pair] of pairs(options.pairs)) {
    if (options.notWith?.server1 === pair.server1) continue;
    if (options.notWith?.server2 === pair.server2) continue;
    const programs = [...LAB_PROGRAMS, ...(options.programs ?? [])];
    if (name.includes('keepalived')) programs.push('keepalived');
    const missing = whatIsMissing(programs);
    const label = `${title} (${name})${missing === '' ? '' : `: skipped, ${missing}`}`;
    // Stories share nothing, so they may be told at the same time, unless they say otherwise.
    const concurrent = options.alone !== true;
    test.runIf(missing === '')(label, { concurrent }, () => onStage(pair, options, body));
  }
}

/** Sets the stage, plays, and clears it away; nothing is started yet when `body` begins. */
export async function onStage(
  pair: Pair,
  options: StageOptions,
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  const lab = await Lab.create(options);
  try {
    const capture = await Capture.start(lab.client);
    const env = { ...TELLING.env, ...options.env };
    const server1 = routerDaemon(pair.server1, lab.server1, env, TELLING.flags);
    const server2 = routerDaemon(pair.server2, lab.server2, env, TELLING.flags);
    try {
      await body({ lab, capture, server1, server2 });
    } catch (error) {
      throw withEvidence(error, [server1.logs(), server2.logs(), capture.tail(30)]);
    }
  } finally {
    await lab.close();
  }
}

/** Starts both daemons, server1 with `config` and server2 with its own priority. */
export async function startBoth(stage: Stage, config: string, priority2: number): Promise<void> {
  await stage.server1.start(config);
  await stage.server2.start(asServer2(config, priority2));
}

/** Waits until the kernel of one router shows the VIP and that of the other does not. */
export async function vipIsOn(stage: Stage, holder: 'server1' | 'server2' | 'none'): Promise<void> {
  for (const name of ['server1', 'server2'] as const) {
    const own = `${name === 'server1' ? SERVER1 : SERVER2}/24`;
    const wanted = name === holder ? [own, `${VIP}/24`] : [own];
    const host = stage.lab.host(name);
    await eventuallyEqual(`eth0 of ${name}`, () => host.addresses('eth0'), wanted);
  }
}

/**
 * Waits until the VIP has moved to a router: adverts with its priority, the addresses in both
 * kernels, an announcement from its Ethernet address since `since`, a client that believes it, and all
 * that a failoverd tells of itself saying the same.
 */
export async function vipMovesTo(
  stage: Stage,
  holder: 'server1' | 'server2',
  { priority, since = 0 }: { readonly priority: number; readonly since?: number },
): Promise<void> {
  const from = holder === 'server1' ? SERVER1 : SERVER2;
  await stage.capture.waitForAdvert({ from, priority, since });
  await vipIsOn(stage, holder);
  await stage.capture.waitForAnnouncement(VIP, hostMac(holder), since);
  const { client } = stage.lab;
  await client.run('ping', '-n', '-c', '1', '-W', '2', VIP);
  await eventuallyEqual(
    `${VIP} as the client knows it`,
    () => client.neighbour(VIP),
    hostMac(holder),
  );
  for (const name of ['server1', 'server2'] as const) {
    if (stage[name].kind === 'failoverd' && stage[name].running) await everybodyAgrees(stage[name]);
  }
}

/** Stops both and sees everything given back; a MASTER takes its leave with priority 0. */
export async function stopBoth(stage: Stage, master: 'server1' | 'server2'): Promise<void> {
  const since = Capture.now();
  const [first, second] =
    master === 'server1' ? [stage.server2, stage.server1] : [stage.server1, stage.server2];
  await first.stop();
  await second.stop();
  const from = master === 'server1' ? SERVER1 : SERVER2;
  await stage.capture.waitForAdvert({ from, priority: 0, since });
  await vipIsOn(stage, 'none');
}

function withEvidence(error: unknown, evidence: readonly string[]): Error {
  const wrapped = error instanceof Error ? error : new Error(String(error));
  wrapped.message = [wrapped.message, ...evidence].join('\n');
  return wrapped;
}
