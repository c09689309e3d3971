// Two hosts, joined interface by interface, on which a pair of real files is played: once by Debian's
// keepalived, to know what the pair is about, and once by failoverd.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Model } from '../../../src/config/index.ts';
import { Capture } from '../../lab/capture.ts';
import type { Host } from '../../lab/host.ts';
import { kernelState, type KernelState } from '../../lab/kernel-state.ts';
import { Lab } from '../../lab/lab.ts';
import { Failoverd, Keepalived, type RouterDaemon } from '../../lab/router-daemon.ts';

/** Adverts are a second apart in all of these files. */
const WINDOW_US = 2_500_000;
/** A state that has stood for so long is the one that a daemon comes to. */
const STANDS_MS = 6000;
/** How long two that never come to rest are watched. */
const RESTLESS_MS = 30_000;
/** Whoever has not come to rest by then never does. Longer than any delay of these files. */
const PATIENCE_MS = 120_000;

/** Who plays: both know the same flags. */
export type PairKind = 'failoverd' | 'keepalived';

export interface PairFile {
  readonly text: string;
  /** What stands behind `@` in the file: `high` or `low`. */
  readonly configId: string;
  readonly model: Model;
}

/** Who speaks on which wire, and what both kernels hold. */
export interface Outcome {
  readonly speakers: readonly string[];
  readonly high: KernelState;
  readonly low: KernelState;
}

export class PairStage {
  readonly high: RouterDaemon;
  readonly low: RouterDaemon;
  readonly captures: readonly Capture[];
  readonly #lab: Lab;

  private constructor(lab: Lab, captures: readonly Capture[], kind: PairKind) {
    this.#lab = lab;
    this.captures = captures;
    const Daemon = kind === 'failoverd' ? Failoverd : Keepalived;
    this.high = new Daemon(lab.server1, {}, ['-i', 'high']);
    this.low = new Daemon(lab.server2, {}, ['-i', 'low']);
  }

  /** With the interfaces that the files name, in the order in which they name them. */
  static async create(
    kind: PairKind,
    high: readonly PairFile[],
    low: readonly PairFile[],
  ): Promise<PairStage> {
    const lab = await Lab.create();
    const names = { high: interfacesOf(high), low: interfacesOf(low) };
    const count = Math.max(names.high.length, names.low.length);
    const { server1, server2 } = lab;
    for (const host of [server1, server2]) {
      await host.ip('link', 'del', 'eth0');
      await host.ip('link', 'del', 'ens9');
      await host.shell(makeChecks([...high, ...low]));
      await host.shell(make(host.privatePath('scripts/vs.sh')));
      await host.shell(make(host.privatePath('scripts/node_health_check.py')));
    }
    const captures: Capture[] = [];
    for (let index = 0; index < count; index += 1) {
      const here = names.high[index] ?? `spare${index}`;
      const there = names.low[index] ?? `spare${index}`;
      const mac = (host: number): string => `02:00:00:00:0${host}:0${index + 1}`;
      await server1.ip(
        ...`link add name ${here} address ${mac(1)} type veth peer name ${there} address ${mac(2)} netns ${server2.namespace}`.split(
          ' ',
        ),
      );
      await join(server1, here, `10.255.${index}.1/24`, high);
      await join(server2, there, `10.255.${index}.2/24`, low);
      captures.push(await Capture.start(server1, here));
    }
    return new PairStage(lab, captures, kind);
  }

  async outcome(): Promise<Outcome> {
    const since = Capture.now() - WINDOW_US;
    const speakers = this.captures.flatMap((capture, index) =>
      capture.adverts({ since }).map(({ text }) => `${index}: ${text}`),
    );
    return {
      speakers: [...new Set(speakers)].toSorted(),
      high: await kernelState(this.#lab.server1),
      low: await kernelState(this.#lab.server2),
    };
  }

  /**
   * The outcome that stands for long enough. Of two that are known to be `restless` it is the one of the
   * moment, after a while; any others that do not come to rest are an error.
   */
  async settled({ restless }: { readonly restless: boolean }): Promise<Outcome> {
    let last = await this.outcome();
    const begun = performance.now();
    let since = begun;
    while (performance.now() - since < STANDS_MS) {
      if (performance.now() - begun > (restless ? RESTLESS_MS : PATIENCE_MS)) {
        if (restless) return last;
        const text = last.speakers.join(', ');
        throw new Error(`the pair has not come to rest in ${PATIENCE_MS} ms; it speaks ${text}`);
      }
      await sleep(250);
      const seen = await this.outcome();
      if (JSON.stringify(seen) !== JSON.stringify(last)) since = performance.now();
      last = seen;
    }
    return last;
  }

  /** Wires and virtual routers on which somebody has said goodbye since then. */
  goodbyes(since: number): string[] {
    const said = this.captures.flatMap((capture, index) =>
      capture.adverts({ priority: 0, since }).map(({ vrid }) => `${index}: ${vrid}`),
    );
    return [...new Set(said)].toSorted();
  }

  close(): Promise<void> {
    return this.#lab.close();
  }
}

/** Checks in a place that this machine has not got, each on a mount of the host's own. */
function makeChecks(files: readonly PairFile[]): string {
  const paths = files.flatMap(({ model }) => model.scripts.map(({ command }) => command.argv[0]));
  const elsewhere = new Set(paths.filter((one) => one?.startsWith('/home/')));
  if (elsewhere.size === 0) return '';
  return ['mount -t tmpfs tmpfs /home', ...[...elsewhere].map((one) => make(one ?? ''))].join('\n');
}

function make(script: string): string {
  return `mkdir -p "$(dirname '${script}')"; printf '#!/bin/sh\n' > '${script}'; chmod 755 '${script}'`;
}

function interfacesOf(files: readonly PairFile[]): string[] {
  const named = files.flatMap(({ model }) =>
    model.instances.flatMap((one) => [
      one.interface,
      ...one.trackInterfaces.map(({ name }) => name),
      ...[...one.addresses, ...one.excludedAddresses].map((address) => address.interface),
    ]),
  );
  return [...new Set(named)].filter((name) => name !== null);
}

/** An interface's own address, and those that the files send from. */
async function join(
  host: Host,
  name: string,
  own: string,
  files: readonly PairFile[],
): Promise<void> {
  const sources = files.flatMap(({ model }) =>
    model.instances
      .filter((one) => one.interface === name && one.sourceAddress !== null)
      .map((one) => `${one.sourceAddress}/24`),
  );
  for (const address of new Set([own, ...sources])) {
    await host.ip('addr', 'add', address, 'dev', name);
  }
  await host.ip('link', 'set', name, 'addrgenmode', 'none', 'up');
}
