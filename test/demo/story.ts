// The story: what the demonstration does to two routers, and what a client notices of it.

import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../lab/host.ts';
import { HOST_NUMBER, Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { routerDaemon, type RouterDaemon } from '../lab/router-daemon.ts';
import { asServer2, walkthroughFile } from '../lab/walkthroughs.ts';
import { inUserNamespace } from './machine.ts';
import type { DemoOptions } from './options.ts';
import type { Teller } from './teller.ts';
import { Asking, now, VipWatch } from './watch.ts';

const VIP = '192.168.122.200';
/** How often the client asks: the resolution of every time that is measured through it. */
const PERIOD_MS = 5;
/** Of the file; what httpd adds while it runs. */
const PRIORITY1 = 244;
const BONUS = 10;
/** server2, with its httpd: between the 254 and the 244 of server1. */
const BEST2 = 250;
/** Longer than anything in the story takes. */
const PATIENCE_MS = 20_000;
/** Between chapters, for the reader and for the routers to come to rest. */
const PAUSE_MS = 1000;

type RouterName = 'server1' | 'server2';

interface Settings {
  readonly config: string;
  /** As somebody reads it. */
  readonly priority: string;
}

interface Router extends Settings {
  readonly name: RouterName;
  readonly host: Host;
  readonly daemon: RouterDaemon;
  readonly vip: VipWatch;
  httpd: LabProcess;
}

interface Stage {
  readonly lab: Lab;
  readonly teller: Teller;
  readonly asking: Asking;
  readonly routers: Readonly<Record<RouterName, Router>>;
}

/** Builds everything in the lab and tells the story from beginning to end. */
export async function tellStory(lab: Lab, teller: Teller, options: DemoOptions): Promise<void> {
  const config = walkthroughFile('1-process.conf');
  const first = { config, priority: tracked(PRIORITY1) };
  const routers = {
    server1: await router(lab, 'server1', routerDaemon('failoverd', lab.server1), first),
    server2: await router(
      lab,
      'server2',
      routerDaemon(options.peer, lab.server2),
      second(config, options),
    ),
  };
  const program = path.join(import.meta.dirname, 'client.mjs');
  const client = await lab.client.start([process.execPath, program, VIP, String(PERIOD_MS)]);
  const stage = { lab, teller, asking: new Asking(client), routers };
  introduce(stage);
  await start(stage, options);
  await stopHttpd(stage);
  await startHttpdAgain(stage);
  await killMaster(stage);
  await startMasterAgain(stage);
  await pullCable(stage);
  await plugCable(stage);
  await stopAll(stage);
  teller.table();
}

async function router(
  lab: Lab,
  name: RouterName,
  daemon: RouterDaemon,
  settings: Settings,
): Promise<Router> {
  const host = lab.host(name);
  const vip = await VipWatch.start(host, VIP);
  return { name, host, daemon, ...settings, vip, httpd: await startHttpd(host) };
}

function tracked(base: number): string {
  return `priority ${base}, and ${BONUS} more while httpd runs`;
}

/** keepalived sees processes by the kernel's events alone, which a user namespace does not get. */
function second(config: string, { peer }: DemoOptions): Settings {
  if (peer === 'failoverd' || !inUserNamespace()) {
    const base = BEST2 - BONUS;
    return { config: asServer2(config, base), priority: tracked(base) };
  }
  const untracked = config
    .replace(/^vrrp_track_process \w+ \{[^}]*\}\n/m, '')
    .replace(/^ +track_process \{[^}]*\}\n/m, '');
  return {
    config: asServer2(untracked, BEST2),
    priority: `priority ${BEST2} (without root it cannot see processes)`,
  };
}

/** A web server whose process is called httpd: the program's own name and its title. */
async function startHttpd(host: Host): Promise<LabProcess> {
  const program = host.privatePath('httpd');
  try {
    symlinkSync(process.execPath, program);
  } catch {
    // It is there from the first time.
  }
  const script = path.join(import.meta.dirname, 'httpd.mjs');
  const httpd = await host.start([program, script, host.name]);
  await httpd.waitForLine(/listening/);
  return httpd;
}

function introduce({ teller, routers }: Stage): void {
  const { server1, server2 } = routers;
  teller.title('Two routers, one address');
  for (const { name, daemon, priority } of [server1, server2]) {
    teller.note(`${name}  192.168.122.${HOST_NUMBER[name]}  ${daemon.kind}, ${priority}`);
  }
  teller.note(`client   192.168.122.10   asks http://${VIP}/ every ${PERIOD_MS} ms`);
}

async function start(stage: Stage, options: DemoOptions): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = now();
  stage.teller.chapter('Both daemons start', began);
  for (const one of [server2, server1]) {
    await one.daemon.start(one.config);
    if (options.logs)
      one.daemon.process.onLine((line) => stage.teller.note(`${one.name}: ${line}`));
  }
  // server2 may be MASTER for a moment before it hears of its better.
  await vipComes(stage, server1, began, 'MASTER elected', false);
}

async function stopHttpd(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, 'httpd on server1 stops: its priority falls from 254 to 244');
  await server1.httpd.stop();
  stage.teller.event(now(), 'httpd has ended');
  await vipLeaves(stage, server1, began);
  await vipComes(stage, server2, began, 'httpd stopped: VIP moved');
}

async function startHttpdAgain(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, 'httpd on server1 starts again: 254 wins over 250');
  server1.httpd = await startHttpd(server1.host);
  stage.teller.event(now(), 'httpd is listening');
  await vipLeaves(stage, server2, began);
  await vipComes(stage, server1, began, 'httpd back: VIP back');
}

async function killMaster(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, `${server1.daemon.kind} on server1 is killed (SIGKILL)`);
  await server1.daemon.kill();
  stage.teller.event(now(), 'the daemon is dead');
  await vipComes(stage, server2, began, 'master killed: VIP moved');
}

async function startMasterAgain(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, `${server1.daemon.kind} on server1 starts again`);
  await server1.daemon.start(server1.config);
  await vipLeaves(stage, server2, began);
  await vipComes(stage, server1, began, 'master back: VIP back');
}

async function pullCable(stage: Stage): Promise<void> {
  const { server2 } = stage.routers;
  const began = await chapter(stage, 'The cable of server1 is pulled');
  await stage.lab.setCable('server1', false);
  await vipComes(stage, server2, began, 'cable pulled: VIP moved');
}

async function plugCable(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, 'The cable is plugged in again');
  await stage.lab.setCable('server1', true);
  await vipLeaves(stage, server2, began);
  await vipComes(stage, server1, began, 'cable back: VIP back');
}

async function stopAll(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.routers;
  const began = await chapter(stage, 'Both daemons stop (SIGTERM)');
  await server2.daemon.stop();
  await server1.daemon.stop();
  await vipLeaves(stage, server1, began);
  for (const { name, host } of [server1, server2]) {
    stage.teller.event(now(), `${name} has ${(await host.addresses('eth0')).join(', ')}`);
  }
}

/** A pause, and then a new chapter; returns its beginning. */
async function chapter({ teller }: Stage, text: string): Promise<number> {
  await sleep(PAUSE_MS);
  const began = now();
  teller.chapter(text, began);
  return began;
}

async function vipLeaves(stage: Stage, from: Router, since: number): Promise<void> {
  const at = await patiently(stage, `${from.name} to give ${VIP} up`, from.vip.next(false, since));
  stage.teller.event(at, `${from.name} has given ${VIP} up`);
}

/**
 * Waits until a router has the address and the client hears from it, and says so; also what the
 * client noticed, when it was `served` before.
 */
async function vipComes(
  stage: Stage,
  to: Router,
  since: number,
  what: string,
  served = true,
): Promise<void> {
  const { teller, asking } = stage;
  const at = await patiently(stage, `${to.name} to take ${VIP}`, to.vip.next(true, since));
  teller.event(at, `${to.name} is MASTER and has ${VIP}`);
  const waiting = asking.firstFrom(to.name, at);
  const answer = await patiently(stage, `an answer from ${to.name}`, waiting);
  teller.result(answer.at, `the client's first answer from ${to.name}`, what);
  if (!served) return;
  const silence = asking.longestSilence(since, answer.at);
  teller.note(`         the client was without an answer for ${silence.toFixed(0)} ms at most`);
}

/** Waits with a running clock, and not for ever. */
async function patiently<T>(stage: Stage, what: string, promise: Promise<T>): Promise<T> {
  const tooLong = AbortSignal.timeout(PATIENCE_MS);
  const never = new Promise<never>((_, reject) => {
    tooLong.addEventListener('abort', () => {
      const { server1, server2 } = stage.routers;
      const logs = [server1, server2].map((one) => one.daemon.logs()).join('\n');
      reject(new Error(`Waited ${PATIENCE_MS / 1000} s in vain for ${what}.\n${logs}`));
    });
  });
  return stage.teller.waiting(`waiting for ${what}`, Promise.race([promise, never]));
}
