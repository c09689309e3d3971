// Two routers with a virtual MAC address on a wire that sends every frame to all ports, as a switch does
// that has not learnt (or has forgotten) where the address is: only the MASTER forwards. What lies
// behind the routers is the witness, and the client is not darker than it was.
//
// Clauses: 6.4.2/virtual-mac, 6.4.3/virtual-mac

import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { run } from '../lab/commands.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { HOST_NUMBER, Lab } from '../lab/lab.ts';
import type { LabProcess } from '../lab/process.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon, type RouterDaemon } from '../lab/router-daemon.ts';

interface Family {
  readonly vip: string;
  readonly vmac: string;
  /** The network behind, the host in it, and how the client gets there. */
  readonly behind: string;
  readonly target: string;
  readonly via: readonly string[];
  /** What a client asks everybody for the gateway's address. */
  readonly question: string;
  readonly addresses: string;
}

const FAMILIES: Readonly<Record<4 | 6, Family>> = {
  4: {
    vip: '192.168.122.200',
    vmac: '00:00:5e:00:01:33',
    behind: '10.9.0',
    target: '10.9.0.100',
    via: ['route', 'add', '10.9.0.0/24', 'via', '192.168.122.200'],
    question:
      'arp.opcode == 1 && arp.src.proto_ipv4 == 192.168.122.10 && arp.dst.proto_ipv4 == 192.168.122.200',
    addresses: '192.168.122.200/24',
  },
  6: {
    vip: 'fe80::5e:1',
    vmac: '00:00:5e:00:02:33',
    behind: '2001:db8:9:',
    target: '2001:db8:9::100',
    via: ['-6', 'route', 'add', '2001:db8:9::/64', 'via', 'fe80::5e:1', 'dev', 'eth0'],
    question: 'icmpv6.type == 135 && ipv6.dst == ff02::1:ff5e:1',
    addresses: 'fe80::5e:1\n    2001:db8:122::200/64',
  },
};

type Variant = { readonly family: 4 | 6; readonly lines: string; readonly unicast?: boolean };

const VARIANTS: Readonly<Record<string, Variant>> = {
  IPv4: { family: 4, lines: 'use_vmac' },
  'IPv4, adverts on the interface': { family: 4, lines: 'use_vmac\n  vmac_xmit_base' },
  'IPv4, unicast': { family: 4, lines: 'use_vmac', unicast: true },
  IPv6: { family: 6, lines: 'use_vmac' },
  'IPv6, adverts on the interface': { family: 6, lines: 'use_vmac\n  vmac_xmit_base' },
  'IPv6, unicast': { family: 6, lines: 'use_vmac', unicast: true },
};

function config(priority: number, variant: Variant, self: string, peer: string): string {
  const { addresses } = FAMILIES[variant.family];
  const unicast = `unicast_src_ip ${self}\n  unicast_peer {\n    ${peer}\n  }`;
  return `vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.2
  version 3
  ${variant.lines}
  ${variant.unicast === true ? unicast : ''}
  virtual_ipaddress {
    ${addresses}
  }
}
`;
}

const missing = whatIsMissing([...LAB_PROGRAMS, 'nft', 'tc', 'tshark']);
const playable = missing === '';

class Scene {
  readonly lab: Lab;
  readonly variant: Variant;
  readonly family: Family;
  readonly one: RouterDaemon;
  readonly two: RouterDaemon;

  private constructor(lab: Lab, variant: Variant) {
    this.lab = lab;
    this.variant = variant;
    this.family = FAMILIES[variant.family];
    this.one = routerDaemon('failoverd', lab.server1);
    this.two = routerDaemon('failoverd', lab.server2);
  }

  /**
   * A network behind both routers, whose host is the namespace of the switch. It answers the client
   * directly, whoever has forwarded the question.
   */
  static async create(variant: Variant): Promise<Scene> {
    const lab = await Lab.create({ hub: true });
    const { behind, target, via } = FAMILIES[variant.family];
    const length = variant.family === 4 ? 24 : 64;
    const quick = variant.family === 6 ? ' nodad' : '';
    await lab.switchIp([
      'link add br1 type bridge mcast_snooping 0',
      'link set server1-ens9 master br1',
      'link set server2-ens9 master br1',
      'link set br1 up',
      `addr add ${target}/${length} dev br1${quick}`,
      `addr add ${variant.family === 4 ? '192.168.122.' : '2001:db8:122::'}250/${length} dev br0${quick}`,
    ]);
    for (const [host, number] of [
      [lab.server1, 1],
      [lab.server2, 2],
    ] as const) {
      const address = `${behind}${variant.family === 4 ? '.' : ':'}${number}/${length}`;
      await host.ip('addr', 'add', address, 'dev', 'ens9', ...(length === 64 ? ['nodad'] : []));
      await host.shell(
        `echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`,
      );
    }
    await lab.client.ip(...via);
    return new Scene(lab, variant);
  }

  start(which: 'one' | 'two'): Promise<void> {
    return this[which].start(this.fileOf(which));
  }

  fileOf(which: 'one' | 'two'): string {
    const self = which === 'one' ? 'server1' : 'server2';
    const peer = which === 'one' ? 'server2' : 'server1';
    const address = (host: 'server1' | 'server2'): string =>
      `${this.variant.family === 4 ? '192.168.122.' : '2001:db8:122::'}${HOST_NUMBER[host]}`;
    const priority = which === 'one' ? 200 : 100;
    return config(priority, this.variant, address(self), address(peer));
  }

  async holds(host: Host): Promise<boolean> {
    return (await host.ip('addr', 'show')).includes(` ${this.family.vip}/`);
  }

  /** The VIP is on this one alone, and only the other one is shut. */
  async isMaster(host: Host): Promise<void> {
    const other = host === this.lab.server1 ? this.lab.server2 : this.lab.server1;
    await eventually(`${this.family.vip} on ${host.name}`, () => this.holds(host));
    await eventually(`no VIP on ${other.name}`, async () => !(await this.holds(other)));
    await eventuallyEqual(`the filter of ${host.name}`, () => shut(host), false);
  }

  /** Sends packets through the gateway. Returns how many of them left each router on the other side. */
  async passes(count: number): Promise<readonly [number, number]> {
    const { server1, server2, client } = this.lab;
    const one = await this.#watch(server1);
    const two = await this.#watch(server2);
    await this.#ping(client, count);
    return [await this.#forwarded(server1, one), await this.#forwarded(server2, two)];
  }

  async #watch(host: Host): Promise<LabProcess> {
    const what = `dst host ${this.family.target} and (icmp or icmp6)`;
    const tcpdump = await host.start([
      ...'tcpdump -n -l --immediate-mode -Q out -i ens9'.split(' '),
      what,
    ]);
    await tcpdump.waitForLine(/listening on/);
    return tcpdump;
  }

  /** A packet of its own is the last one that tcpdump has to see. */
  async #forwarded(host: Host, tcpdump: LabProcess): Promise<number> {
    const { target, behind } = this.family;
    await host.run('ping', '-n', '-c', '1', '-W', '2', target);
    const own = new RegExp(` ${behind}[.:][12] > ${target}: .*echo request`);
    await tcpdump.waitForLine(own);
    await tcpdump.stop();
    const all = tcpdump.lines.filter((line) => /echo request/.test(line));
    return all.filter((line) => !own.test(line)).length;
  }

  /** Packets, a tenth of a second apart, without a loss. */
  async #ping(client: Host, count: number): Promise<void> {
    const { target } = this.family;
    const told = await client.run('ping', '-n', '-c', `${count}`, '-i', '0.1', '-W', '2', target);
    expect(told).toContain(`${count} received`);
    expect(told).not.toContain('duplicates');
  }

  async close(error?: unknown): Promise<void> {
    await this.lab.close();
    if (error === undefined) return;
    throw new Error(`${this.one.logs()}\n${this.two.logs()}`, { cause: error });
  }
}

/** How often everybody was asked for the gateway. */
async function questions(capture: Capture, { question }: Family): Promise<number> {
  await capture.stop();
  const text = await run(['tshark', '-n', '-r', capture.file, '-Y', question]);
  return text.split('\n').filter((line) => line !== '').length;
}

const filters = (host: Host): Promise<string> =>
  host.run('tc', 'filter', 'show', 'dev', 'vrrp.51', 'ingress');
const shut = async (host: Host): Promise<boolean> => (await filters(host)).includes(' pref 112 ');

for (const [what, variant] of Object.entries(VARIANTS)) {
  test.runIf(playable)(`only the master forwards: ${what} ${missing}`, async () => {
    const scene = await Scene.create(variant);
    const { lab, one, two, family } = scene;
    const { server1, server2, client } = lab;
    let failure: unknown;
    try {
      await scene.start('one');
      await scene.isMaster(server1);
      await scene.start('two');
      await eventually('server2 to be shut', () => shut(server2));
      const first = await Capture.start(client, 'eth0', 'arp or icmp6');
      expect(await scene.passes(10)).toEqual([10, 0]);
      expect(await client.neighbour(family.vip)).toBe(family.vmac);
      expect(await questions(first, family)).toBeGreaterThan(0);

      // The client asks nobody again: the same MAC address leads to the other router.
      const asked = await Capture.start(client, 'eth0', 'arp or icmp6');
      await one.stop();
      await eventually(`${family.vip} on server2`, () => scene.holds(server2));
      expect(await scene.passes(10)).toEqual([0, 10]);
      expect(await client.neighbour(family.vip)).toBe(family.vmac);
      expect(await questions(asked, family)).toBe(0);

      // Adverts still reach who is shut: it neither takes over nor sends one.
      await scene.start('one');
      await scene.isMaster(server1);
      await eventually('server2 to be shut', () => shut(server2));
      expect(await scene.passes(10)).toEqual([10, 0]);
      await two.kill();
      await eventually(
        'the macvlan to go',
        async () => !(await server2.ip('link')).includes('vrrp'),
      );
      await one.stop();
    } catch (error) {
      failure = error;
    }
    await scene.close(failure);
  });
}

/** A scene with both routers, one of them MASTER. */
async function withBoth(
  variant: Variant,
  before: (scene: Scene) => Promise<void>,
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await Scene.create(variant);
  let failure: unknown;
  try {
    await before(scene);
    await scene.start('one');
    await scene.isMaster(scene.lab.server1);
    await scene.start('two');
    await eventually('server2 to be shut', () => shut(scene.lab.server2));
    await body(scene);
  } catch (error) {
    failure = error;
  }
  await scene.close(failure);
}

const nothingBefore = (): Promise<void> => Promise.resolve();

test.runIf(playable)(`a filter that somebody removes comes back ${missing}`, () =>
  withBoth({ family: 4, lines: 'use_vmac' }, nothingBefore, async (scene) => {
    const { server1, server2 } = scene.lab;
    const log = scene.two.process;
    await server2.run('tc', 'filter', 'del', 'dev', 'vrrp.51', 'ingress');
    await eventually('the filter', () => shut(server2));
    await log.waitForLine(/something else removed the filter .* it has been restored/);
    await server2.run('tc', 'qdisc', 'del', 'dev', 'vrrp.51', 'clsact');
    await eventually('the filter and what it hangs on', () => shut(server2));
    await server2.ip('link', 'del', 'vrrp.51');
    await eventually('a macvlan that is shut', async () => shut(server2).catch(() => false));
    // Of a MASTER nothing is shut, whatever is done to its macvlan.
    await server1.ip('link', 'del', 'vrrp.51');
    await scene.one.process.waitForLine(
      /something else removed the macvlan vrrp\.51; it has been made/,
    );
    await scene.isMaster(server1);
    expect(await scene.passes(5)).toEqual([5, 0]);
    expect(scene.one.logs()).not.toContain('the filter for');
  }),
);

test.runIf(playable)(`a reload makes the macvlan and takes it away ${missing}`, () =>
  withBoth({ family: 4, lines: 'use_vmac' }, nothingBefore, async (scene) => {
    const { server2 } = scene.lab;
    const file = scene.fileOf('two');
    scene.two.reload(file.replace('use_vmac', ''));
    const gone = async (): Promise<boolean> => !(await server2.ip('link')).includes('vrrp');
    await eventually('no macvlan', gone);
    scene.two.reload(file);
    await eventually('the filter', async () => shut(server2).catch(() => false));
    expect(await scene.passes(5)).toEqual([5, 0]);
    // A router in FAULT is as silent as a BACKUP.
    scene.two.reload(file.replace('virtual_ip', 'track_interface {\n ens10\n }\n virtual_ip'));
    await scene.two.process.waitForLine(/-> FAULT/);
    expect(await scene.passes(5)).toEqual([5, 0]);
    // Another process takes the place of this one: neither the filter nor a packet passes.
    scene.two.reload(file);
    await scene.two.process.waitForLine(/FAULT -> BACKUP/);
    const watch = await server2.start(['tc', 'monitor'], { name: 'tc monitor' });
    await server2.run(process.execPath, FAILOVERD, 'upgrade', '-s', server2.namespace);
    await scene.two.process.ended;
    expect(await scene.passes(5)).toEqual([5, 0]);
    expect(watch.lines.filter((line) => /deleted .* pref 112 /.test(line))).toEqual([]);
  }),
);

/** A macvlan that somebody made before us is used, and left as it was. */
test.runIf(playable)(`a macvlan of somebody else is opened again ${missing}`, () =>
  withBoth(
    { family: 4, lines: 'use_vmac' },
    async ({ lab: { server2 } }) => {
      const how = ['address', '00:00:5e:00:01:33', 'type', 'macvlan', 'mode', 'private'];
      await server2.ip('link', 'add', 'link', 'eth0', 'name', 'vrrp.51', ...how);
    },
    async (scene) => {
      const { server2 } = scene.lab;
      const file = server2.privatePath('keepalived.conf');
      await scene.two.stop();
      await eventuallyEqual('the filter after a stop', () => filters(server2), '');
      await scene.start('two');
      await eventually('the filter', () => shut(server2));
      await scene.two.kill();
      await eventuallyEqual('the filter of a killed one', () => filters(server2), '');
      await server2.run('tc', 'qdisc', 'replace', 'dev', 'vrrp.51', 'clsact').catch(() => '');
      await scene.start('two');
      await eventually('the filter', () => shut(server2));
      await scene.two.kill();
      await server2.run(process.execPath, FAILOVERD, 'cleanup', '-f', file);
      await eventuallyEqual('the filter after cleanup', () => filters(server2), '');
    },
  ),
);
