// Who is measured: failoverd; Debian's keepalived with its defaults and with vrrp_rt_priority; FRR where it
// can take part; and a bare C program on a timer, the physical limit. Each runs with its log in a file or a
// pipe that is read, since a log on a slow console would make it look slower than it is.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Host } from '../lab/host.ts';
import { childrenOf } from '../lab/process.ts';
import { routerDaemon, type DaemonEnv, type RouterDaemon } from '../lab/router-daemon.ts';

/** The two that every scenario compares. */
export const NAMES = ['failoverd', 'keepalived'] as const;

export type PeerName = 'failoverd' | 'keepalived' | 'keepalived-rt' | 'frr' | 'floor';

const REAL_TIME = 'global_defs {\n    vrrp_rt_priority 50\n}\n';

export interface Peer {
  readonly name: PeerName;
  readonly daemon: RouterDaemon;
  start(config: string): Promise<void>;
}

export function peer(name: Exclude<PeerName, 'floor'>, host: Host, env: DaemonEnv = {}): Peer {
  const daemon = routerDaemon(name === 'keepalived-rt' ? 'keepalived' : name, host, env);
  const prefix = name === 'keepalived-rt' ? REAL_TIME : '';
  return { name, daemon, start: (config) => daemon.start(prefix + config) };
}

/** Compiles a C program of this directory and returns where it is. */
function compiled(name: string, directory: string): string {
  const program = path.join(directory, name);
  const source = path.join(import.meta.dirname, `${name}.c`);
  const built = spawnSync('cc', ['-O2', '-o', program, source], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`${name}.c does not compile: ${built.stderr}`);
  return program;
}

export function floorProgram(directory: string): string {
  return compiled('floor', directory);
}

/** Asks an address four times in a millisecond whether it answers, until SIGINT. */
export function proberOf(address: string, directory: string): string[] {
  return [compiled('prober', directory), address, '250'];
}

/** A process and all that descend from it. */
export function family(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(family)];
}

/** Processor time of a daemon and its children so far, all threads, in microseconds. */
export function cpuMicros(pid: number): number {
  return family(pid).reduce((sum, one) => sum + threadsOf(one), 0);
}

/** Nanoseconds on a processor, from the scheduler itself: ticks are too coarse. */
export function threadsOf(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanos = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanos.reduce((sum, one) => sum + one, 0) / 1000;
  } catch {
    return 0;
  }
}

/** Page faults so far of the process's thread of this name; NaN where there is none. */
export function faultsOf(pid: number, thread: string): number {
  const directory = `/proc/${pid}/task`;
  const task = readdirSync(directory).find(
    (one) => readFileSync(path.join(directory, one, 'comm'), 'utf8').trim() === thread,
  );
  if (task === undefined) return Number.NaN;
  const stat = readFileSync(path.join(directory, task, 'stat'), 'utf8');
  const [minor, major] = [7, 9].map((at) =>
    Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[at]),
  );
  return (minor ?? 0) + (major ?? 0);
}

/** Resident memory of a daemon and its children, in megabytes. */
export function residentMegabytes(pid: number): number {
  const pages = family(pid).map((one) => {
    const text = readFileSync(`/proc/${one}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  });
  return pages.reduce((sum, one) => sum + one, 0) / 1024;
}
