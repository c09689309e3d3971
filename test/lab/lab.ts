// A lab: two routers and a client on one Ethernet segment, made of network namespaces, with the
// names and addresses of the walkthroughs. Labs have names of their own, so that several may run
// on one machine at a time, and each gives everything back: on close(), and through its janitor
// also when the owning process dies of anything.
//
//     server1 eth0 .101 --+
//     server2 eth0 .102 --+-- br0 (no STP, no multicast snooping)
//     client  eth0 .10  --+
//
// server1 and server2 also have `ens9`, whose other end lies in the bridge's namespace.

import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './commands.ts';
import { eventually } from './eventually.ts';
import { Host } from './host.ts';
import { LabProcess } from './process.ts';

export type HostName = 'server1' | 'server2' | 'client';
const HOSTS: readonly HostName[] = ['server1', 'server2', 'client'];

/** Last byte of each host's addresses: 192.168.122.x/24 and 2001:db8:122::x/64. */
export const HOST_NUMBER: Readonly<Record<HostName, number>> = {
  server1: 101,
  server2: 102,
  client: 10,
};

/** The Ethernet address of a host's eth0, easy to tell apart in a capture. */
export function hostMac(host: HostName): string {
  return `02:00:00:00:01:${HOST_NUMBER[host].toString(16).padStart(2, '0')}`;
}

export interface LabOptions {
  /** Hosts with a process table of their own. Process events do not reach daemons there. */
  readonly privatePids?: readonly HostName[];
  /** The bridge learns nothing, as a hub: a witness on the client sees unicast frames, too. */
  readonly hub?: boolean;
}

let labsMade = 0;

export class Lab {
  readonly directory: string;
  readonly #prefix = `fd${process.pid.toString(36)}x${(labsMade++).toString(36)}`;
  readonly #janitor: ChildProcess;
  readonly #hosts = new Map<HostName, Host>();
  readonly #holders: LabProcess[] = [];

  private constructor() {
    this.directory = mkdtempSync(path.join(os.tmpdir(), 'failoverd-lab-'));
    // Scripts that run as another user must be able to reach the tools that are linked to here.
    chmodSync(this.directory, 0o755);
    mkdirSync(this.#pidDirectory);
    const names = [...HOSTS.map((host) => this.#namespace(host)), this.#bridge];
    const script = path.join(import.meta.dirname, 'janitor.sh');
    this.#janitor = spawn('sh', [script, this.directory, ...names], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
  }

  static async create({ privatePids = [], hub = false }: LabOptions = {}): Promise<Lab> {
    const lab = new Lab();
    try {
      await run(['sh', '-e'], lab.#networkScript(hub));
      for (const host of HOSTS) await lab.#addHost(host, privatePids.includes(host));
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  get server1(): Host {
    return this.host('server1');
  }
  get server2(): Host {
    return this.host('server2');
  }
  get client(): Host {
    return this.host('client');
  }

  host(name: HostName): Host {
    const host = this.#hosts.get(name);
    if (!host) throw new Error(`the lab has no ${name}`);
    return host;
  }

  /** Pulls a host's cable out, or puts it back: the host's eth0 loses or finds its carrier. */
  async setCable(host: HostName, plugged: boolean): Promise<void> {
    await this.switchIp([`link set ${host} ${plugged ? 'up' : 'down'}`]);
  }

  /** Lines for ip(8) in the namespace of the switch. */
  async switchIp(lines: readonly string[]): Promise<void> {
    await run(['ip', '-n', this.#bridge, '-batch', '-'], lines.join('\n'));
  }

  /** Ends every process of the lab and removes its namespaces and files. */
  async close(): Promise<void> {
    const started = [...this.#hosts.values()].flatMap((host) => host.processes);
    await Promise.all(started.map((one) => one.stop('SIGTERM', 3000)));
    for (const holder of this.#holders) holder.signal('SIGKILL');
    await new Promise<void>((resolve) => {
      this.#janitor.on('exit', () => resolve());
      if (this.#janitor.exitCode !== null) resolve();
      this.#janitor.stdin?.end();
    });
  }

  get #pidDirectory(): string {
    return path.join(this.directory, 'pids');
  }

  get #bridge(): string {
    return `${this.#prefix}-bridge`;
  }

  #namespace(host: HostName): string {
    return `${this.#prefix}-${host}`;
  }

  /** One shell script for all of the network: a process for each step would cost more. */
  #networkScript(hub: boolean): string {
    const quiet = (namespace: string): string =>
      `ip netns add ${namespace}
       nsenter --net=/run/netns/${namespace} sh -c 'cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0
         for d in all default; do echo 0 > $d/accept_dad; echo 0 > $d/dad_transmits; done'
       nsenter --net=/run/netns/${namespace} sh -c 'cd /proc/sys/net/bridge 2>/dev/null || exit 0
         for f in bridge-nf-call-*; do echo 0 > $f; done'
       ip -n ${namespace} link set lo up`;
    const attach = (host: HostName): string => {
      const inside = `ip -n ${this.#namespace(host)}`;
      const number = HOST_NUMBER[host];
      return `ip -n ${this.#bridge} link add ${host} type veth peer name eth0 \
          address ${hostMac(host)} netns ${this.#namespace(host)}
        ip -n ${this.#bridge} link set ${host} master br0 up
        ${hub ? `ip -n ${this.#bridge} link set ${host} type bridge_slave learning off` : ''}
        ${inside} link set eth0 up
        ${inside} addr add 192.168.122.${number}/24 dev eth0
        ${inside} -6 addr add 2001:db8:122::${number}/64 dev eth0 nodad 2>/dev/null || true
        if [ ${host} != client ]; then
          ip -n ${this.#bridge} link add ${host}-ens9 type veth peer name ens9 \
            netns ${this.#namespace(host)}
          ip -n ${this.#bridge} link set ${host}-ens9 up
          ${inside} link set ens9 up
        fi`;
    };
    return [
      ...HOSTS.map((host) => quiet(this.#namespace(host))),
      quiet(this.#bridge),
      `ip -n ${this.#bridge} link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `ip -n ${this.#bridge} link set br0 up`,
      ...HOSTS.map(attach),
    ].join('\n');
  }

  /** Starts the process that holds a host's mount (and pid) namespace. */
  async #addHost(name: HostName, privatePids: boolean): Promise<void> {
    const directory = path.join(this.directory, name);
    mkdirSync(path.join(directory, 'run/netns'), { recursive: true });
    mkdirSync(path.join(directory, 'bin'));
    mkdirSync(path.join(directory, 'local-bin'));
    linkTools('/usr/local/bin', directory);
    const unshare = ['unshare', '-m', '--propagation', 'private'];
    if (privatePids) unshare.push('-p', '--fork', '--kill-child');
    const holder = await LabProcess.start({
      name: `${name} namespaces`,
      argv: [
        'nsenter',
        `--net=/run/netns/${this.#namespace(name)}`,
        ...unshare,
        'sh',
        '-ec',
        mountScript(directory, privatePids),
      ],
      pidDirectory: this.#pidDirectory,
      wrapped: privatePids,
    });
    this.#holders.push(holder);
    await eventually(
      `${name} to be ready`,
      () => {
        if (!holder.running) throw new Error(holder.tail());
        return holder.lines.includes('ready');
      },
      { everyMs: 2, timeoutMs: 10_000 },
    );
    const host = new Host({
      name,
      namespace: this.#namespace(name),
      holderPid: holder.pid,
      directory,
      pidDirectory: this.#pidDirectory,
      privatePids,
    });
    this.#hosts.set(name, host);
  }
}

/**
 * Process ids begin somewhere of their own: keepalived names its process-event socket, which all
 * hosts have in the machine's network namespace, after its process id.
 */
const OWN_PROCESS_TABLE = `mount -t proc proc /proc
    shuf -i 1000-30000 -n 1 > /proc/sys/kernel/ns_last_pid || true`;

/** A host's own /run (with the names of the network namespaces) and /usr/local/bin. */
function mountScript(directory: string, privatePids: boolean): string {
  return `mount --rbind /run/netns '${directory}/run/netns'
    mount --rbind '${directory}/run' /run
    if [ -d /usr/local/bin ]; then
      mount --bind /usr/local/bin '${directory}/local-bin'
      mount --bind '${directory}/bin' /usr/local/bin
    fi
    ${privatePids ? OWN_PROCESS_TABLE : ''}
    echo ready
    exec sleep infinity`;
}

/** What the machine has in /usr/local/bin must be found in the host's one, too: Node may be there. */
function linkTools(tools: string, directory: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(tools);
  } catch {
    return;
  }
  for (const name of names) {
    try {
      const real = realpathSync(path.join(tools, name));
      const target = real.startsWith(`${tools}/`)
        ? path.join(directory, 'local-bin', path.relative(tools, real))
        : real;
      symlinkSync(target, path.join(directory, 'bin', name));
    } catch {
      // A dangling link is of no use on the host either.
    }
  }
}
