// How the matrix is played: two daemons with one instance for each cell, through election,
// goodbye, preemption, kill and recovery. The kernel and tcpdump say who is MASTER of a cell.

import { setTimeout as sleep } from 'node:timers/promises';
import { Capture } from '../../lab/capture.ts';
import { hostMac, HOST_NUMBER } from '../../lab/lab.ts';
import type { DaemonKind } from '../../lab/router-daemon.ts';
import type { Stage } from '../stage.ts';
import { configOf, frrConfigOf, nameOf, sourceOf, vipOf, virtualMac, type Cell } from './cells.ts';

export const STEPS = ['election', 'goodbye', 'preemption', 'kill', 'recovery', 'stop'] as const;
export type Step = (typeof STEPS)[number];

type Router = 'server1' | 'server2';
const PRIORITY: Readonly<Record<Router, number>> = { server1: 200, server2: 100 };
/** Generous: a step takes three intervals of VRRPv2, a machine may be slow. */
const PATIENCE_MS = 30_000;

/** Which steps each cell has passed. */
export type Results = ReadonlyMap<Cell, ReadonlySet<Step>>;

function configFor(stage: Stage, cells: readonly Cell[], router: Router): string {
  const priority = PRIORITY[router];
  if (stage[router].kind === 'frr') return frrConfigOf(cells, { priority });
  const [own, peer] = [HOST_NUMBER[router], HOST_NUMBER[other(router)]];
  return configOf(cells, { own, peer, priority });
}

export async function playMatrix(stage: Stage, cells: readonly Cell[]): Promise<Results> {
  const results = new Map(cells.map((cell) => [cell, new Set<Step>()]));
  // A cell that has failed a step is not waited for any more, so that patience is paid once.
  let alive = cells;
  const judge = async (step: Step, passed: (cell: Cell) => boolean): Promise<void> => {
    await untilAll(alive, passed);
    for (const cell of cells.filter((one) => passed(one))) results.get(cell)?.add(step);
    alive = alive.filter((cell) => results.get(cell)?.has(step));
  };
  const { server1, server2 } = stage;
  const config1 = configFor(stage, cells, 'server1');
  const config2 = configFor(stage, cells, 'server2');

  const kernel = await Kernel.watch(stage);
  try {
    await server2.start(config2);
    await server1.start(config1);
    await judge('election', (cell) => holds(stage, kernel, cell, 'server1', 0));

    let since = Capture.now();
    await server1.stop();
    await judge(
      'goodbye',
      (cell) =>
        saidGoodbye(stage, cell, 'server1', since) && holds(stage, kernel, cell, 'server2', since),
    );
    since = Capture.now();
    await server1.start(config1);
    await judge('preemption', (cell) => holds(stage, kernel, cell, 'server1', since));

    since = Capture.now();
    await server1.kill();
    await judge(
      'kill',
      (cell) => speaks(stage, cell, 'server2', since) && kernel.has('server2', vipOf(cell)),
    );
    since = Capture.now();
    await server1.start(config1);
    await judge('recovery', (cell) => holds(stage, kernel, cell, 'server1', since));

    since = Capture.now();
    await server2.stop();
    await server1.stop();
    await judge(
      'stop',
      (cell) =>
        saidGoodbye(stage, cell, 'server1', since) &&
        !kernel.has('server1', vipOf(cell)) &&
        !kernel.has('server2', vipOf(cell)),
    );
  } finally {
    await kernel.stop();
  }
  return results;
}

/** What each cell failed, one line each. */
export function failures(results: Results): string[] {
  return [...results].flatMap(([cell, passed]) => {
    const failed = STEPS.filter((step) => !passed.has(step));
    return failed.length === 0 ? [] : [`${nameOf(cell)}: ${failed.join(', ')}`];
  });
}

function other(router: Router): Router {
  return router === 'server1' ? 'server2' : 'server1';
}

/** The newest advert is this router's, and its addresses are here and nowhere else. */
function holds(stage: Stage, kernel: Kernel, cell: Cell, router: Router, since: number): boolean {
  const vip = vipOf(cell);
  const mac = cell.vmac || stage[router].kind === 'frr' ? virtualMac(cell) : hostMac(router);
  return (
    speaks(stage, cell, router, since) &&
    kernel.has(router, vip) &&
    !kernel.has(other(router), vip) &&
    stage.capture.announcements(vip, mac, since).length > 0
  );
}

function speaks(stage: Stage, cell: Cell, router: Router, since: number): boolean {
  const last = stage.capture.adverts({ vrid: cell.vrid, since }).at(-1);
  return (
    last !== undefined &&
    last.from === sourceOf(cell, HOST_NUMBER[router]) &&
    last.priority === PRIORITY[router] &&
    last.version === cell.version &&
    (last.mac === virtualMac(cell)) === sendsFromVmac(cell, stage[router].kind)
  );
}

/** Unicast adverts leave by the interface itself, keepalived's as ours. */
function sendsFromVmac(cell: Cell, kind: DaemonKind): boolean {
  return kind === 'frr' || (cell.vmac && cell.transport === 'multicast');
}

function saidGoodbye(stage: Stage, cell: Cell, router: Router, since: number): boolean {
  const from = sourceOf(cell, HOST_NUMBER[router]);
  return stage.capture.adverts({ vrid: cell.vrid, from, priority: 0, since }).length > 0;
}

async function untilAll(cells: readonly Cell[], passed: (cell: Cell) => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!cells.every((cell) => passed(cell)) && performance.now() < deadline) await sleep(50);
}

/** The addresses of both kernels, looked at again and again. */
class Kernel {
  readonly #stage: Stage;
  readonly #addresses = new Map<Router, ReadonlySet<string>>();
  #stopped = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async watch(stage: Stage): Promise<Kernel> {
    const kernel = new Kernel(stage);
    await kernel.#look();
    kernel.#watching = kernel.#goOn();
    // Whoever stops it hears of a failure.
    kernel.#watching.catch(() => undefined);
    return kernel;
  }

  has(router: Router, address: string): boolean {
    return this.#addresses.get(router)?.has(address) === true;
  }

  /** Resolves when nobody looks any more: the lab may go. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watching;
  }

  async #goOn(): Promise<void> {
    while (!this.#stopped) {
      await sleep(100);
      await this.#look();
    }
  }

  async #look(): Promise<void> {
    for (const router of ['server1', 'server2'] as const) {
      const text = await this.#stage.lab.host(router).ip('-j', 'addr', 'show', 'up');
      const links = JSON.parse(text) as LinkRow[];
      // FRR leaves its addresses on a macvlan that it sets down, by protocol.
      const live = links.filter((link) => link.operstate === 'UP');
      const addresses = live.flatMap((link) => link.addr_info.map((row) => row.local));
      this.#addresses.set(router, new Set(addresses));
    }
  }
}

interface LinkRow {
  readonly operstate?: string;
  readonly addr_info: readonly { readonly local: string }[];
}
