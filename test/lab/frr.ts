// FRR's VRRP on one host: zebra and vrrpd, started by hand with the host's own /run/frr, and the
// macvlans that its administrator has to make (vrrpd only sets them up and down).

import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { run } from './commands.ts';
import { eventually } from './eventually.ts';
import type { Host } from './host.ts';
import type { Ending, LabProcess } from './process.ts';
import type { RouterDaemon } from './router-daemon.ts';

/** Debian keeps FRR's daemons here and not in PATH. */
const PROGRAMS = '/usr/lib/frr';
/** What FRR gives its instances to (`vrrp VRID ip ADDRESS`, `vrrp VRID ipv6 ADDRESS`). */
const ADDRESS = /^ *vrrp (?<vrid>\d+) (?<kind>ip|ipv6) (?<address>\S+)$/gm;

export class Frr implements RouterDaemon {
  readonly kind = 'frr';
  readonly host: Host;
  #zebra: LabProcess | undefined;
  #vrrpd: LabProcess | undefined;

  constructor(host: Host) {
    this.host = host;
  }

  static get installed(): boolean {
    return existsSync(`${PROGRAMS}/vrrpd`) && existsSync(`${PROGRAMS}/zebra`);
  }

  /** vrrpd, which is the one that speaks. */
  get process(): LabProcess {
    if (!this.#vrrpd) throw new Error(`frr on ${this.host.name} has not been started`);
    return this.#vrrpd;
  }

  get running(): boolean {
    return this.#vrrpd?.running === true;
  }

  async start(config: string): Promise<void> {
    const file = this.host.writeConfig(config, 'frr.conf');
    await this.#makeMacvlans(config);
    // Both run as the user frr, and what a killed one left would be taken for a living one.
    const directory = this.host.runPath('frr');
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    await run(['chown', 'frr:frr', directory]);
    this.#zebra = await this.#startProgram('zebra', '/dev/null');
    await eventually('zebra to listen', () => existsSync(this.host.runPath('frr/zserv.api')));
    this.#vrrpd = await this.#startProgram('vrrpd', file);
  }

  async stop(): Promise<Ending> {
    const ending = await this.process.stop();
    await this.#zebra?.stop();
    return ending;
  }

  async kill(): Promise<void> {
    const both = [this.process, this.#zebra];
    for (const one of both) one?.signal('SIGKILL');
    for (const one of both) await one?.ended;
  }

  /** vrrpd reads its file once; what is to change is said to it in its shell. */
  reload(): void {
    throw new Error('vrrpd reads its file only when it starts');
  }

  logs(): string {
    // It says several times a millisecond that it is running already.
    const told = this.#vrrpd?.lines.filter((line) => !line.includes('Refusing to start')) ?? [];
    return [`--- ${this.host.name}: frr ---`, ...told.slice(-40)].join('\n');
  }

  /** No shell over TCP; the one over /run/frr stays. */
  #startProgram(program: string, config: string): Promise<LabProcess> {
    const argv = [`${PROGRAMS}/${program}`, '-P', '0', '-f', config, '--log', 'stdout'];
    return this.host.start(argv, { name: program });
  }

  /**
   * One for each instance and family, with the virtual MAC address, by which vrrpd finds it, and
   * the addresses. IPv6 adverts leave from its link-local address: that of eth0, since all virtual
   * routers of this number would make the same one of their MAC address.
   */
  async #makeMacvlans(config: string): Promise<void> {
    const known = await this.host.ip('-o', 'link', 'show');
    const linkLocal = await this.#linkLocal();
    const lines = [...devicesOf(config)].flatMap(([device, { mac, addresses }]) => {
      if (known.includes(` ${device}@`)) return [];
      return [
        `link add ${device} link eth0 address ${mac} type macvlan mode bridge`,
        `link set ${device} addrgenmode none`,
        `link set ${device} up`,
        ...addresses.map((address) => `addr add ${address} dev ${device}`),
        // Of several link-local addresses vrrpd takes the newest.
        ...(device.startsWith('vrrp6') ? [`addr add ${linkLocal}/64 dev ${device} nodad`] : []),
      ];
    });
    await run(['ip', '-n', this.host.namespace, '-batch', '-'], `${lines.join('\n')}\n`);
  }

  async #linkLocal(): Promise<string> {
    const text = await this.host.ip('-6', '-o', 'addr', 'show', 'dev', 'eth0', 'scope', 'link');
    return /inet6 (\S+)\/64/.exec(text)?.[1] ?? '';
  }
}

interface Macvlan {
  readonly mac: string;
  /** As `ip addr add` takes them. */
  readonly addresses: string[];
}

function devicesOf(config: string): Map<string, Macvlan> {
  const devices = new Map<string, Macvlan>();
  for (const { groups = {} } of config.matchAll(ADDRESS)) {
    const { vrid = '', kind = '', address = '' } = groups;
    const [family, length] = kind === 'ip' ? [4, '32'] : [6, '128 nodad'];
    const device = `vrrp${family}-${vrid}`;
    const last = Number(vrid).toString(16).padStart(2, '0');
    const mac = `00:00:5e:00:0${family === 4 ? 1 : 2}:${last}`;
    const macvlan = devices.get(device) ?? { mac, addresses: [] };
    macvlan.addresses.push(`${address}/${length}`);
    devices.set(device, macvlan);
  }
  return devices;
}
