// Virtual MAC addresses: what the kernel holds beside keepalived's, takeover with keepalived as the peer
// in both roles, no frame from the virtual MAC address while BACKUP, a macvlan and a table that
// somebody removes, and nothing left behind.

import { expect, test } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { run } from '../lab/commands.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { kernelState } from '../lab/kernel-state.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import {
  FAILOVERD,
  routerDaemon,
  type DaemonKind,
  type RouterDaemon,
} from '../lab/router-daemon.ts';

const VMAC = '00:00:5e:00:01:33';
const VIP = '192.168.122.200';

function config(priority: number, more = '', vmac = 'use_vmac'): string {
  return `global_defs {
  vrrp_garp_master_delay 0
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.2
  version 3
  ${vmac}
  ${more}
  virtual_ipaddress {
    ${VIP}/24
    192.168.122.201/24 dev eth0
    10.50.0.1/24 dev ens9 use_vmac
  }
}
`;
}

const missing = whatIsMissing([...LAB_PROGRAMS, 'keepalived', 'nft']);
const playable = missing === '';

interface LinkRow {
  readonly ifname: string;
  readonly address: string;
  readonly linkinfo?: {
    readonly info_kind: string;
    readonly info_data?: { readonly mode: string };
  };
}

/** Macvlans as keepalived's and ours can be compared: name, MAC address, mode. */
async function macvlans(host: Host): Promise<string[]> {
  const rows = JSON.parse(await host.ip('-d', '-j', 'link', 'show')) as LinkRow[];
  return rows
    .filter((row) => row.linkinfo?.info_kind === 'macvlan')
    .map((row) => `${row.ifname} ${row.address} ${row.linkinfo?.info_data?.mode ?? ''}`)
    .toSorted();
}

const settings = ['arp_ignore', 'arp_filter', 'rp_filter', 'accept_local', 'promote_secondaries'];

function sysctls(host: Host, ...names: readonly string[]): Promise<string> {
  return host.run(
    'sh',
    '-c',
    names
      .flatMap((name) => settings.map((one) => `cat /proc/sys/net/ipv4/conf/${name}/${one}`))
      .join(';'),
  );
}

const tables = (host: Host): Promise<string> => host.run('nft', 'list', 'tables');

async function isMaster(host: Host): Promise<void> {
  await eventually(`${VIP} on ${host.name}`, async () =>
    (await kernelState(host)).addresses.some((line) => line.includes(`"${VIP}"`)),
  );
}

/** Who sends the adverts, and who announces. */
async function senders(witness: Capture, since: number): Promise<unknown> {
  const advert = await witness.waitForAdvert({ priority: 200, since });
  const announcement = await eventually(
    'an announcement',
    () => witness.announcements(VIP, undefined, since)[0],
  );
  return { adverts: [advert.mac, advert.from], announcements: announcement.mac };
}

async function held(lab: Lab, kind: DaemonKind, file: string) {
  const host = lab.server1;
  const witness = await Capture.start(lab.client);
  const before = await kernelState(host);
  const untouched = await sysctls(host, 'eth0', 'ens9', 'all');
  const daemon = routerDaemon(kind, host);
  const started = Capture.now();
  await daemon.start(file);
  try {
    await isMaster(host);
    const links = await macvlans(host);
    const [first = ''] = links.map((line) => line.split(' ')[0] ?? '');
    const state = {
      links,
      sysctls: await sysctls(host, 'eth0', 'all', first),
      senders: await senders(witness, started),
      addresses: (await kernelState(host)).addresses,
    };
    await daemon.stop();
    await eventuallyEqual(`the kernel after ${kind}`, () => kernelState(host), before);
    expect(await macvlans(host)).toEqual([]);
    expect(await tables(host)).toBe('');
    // Debian's keepalived leaves the settings of the interface as it needed them.
    if (kind === 'failoverd') {
      expect(await sysctls(host, 'eth0', 'ens9', 'all')).toBe(untouched);
    }
    return state;
  } catch (error) {
    throw new Error(daemon.logs(), { cause: error });
  }
}

const VARIANTS: Readonly<Record<string, readonly [string, string]>> = {
  'as it comes': ['use_vmac', ''],
  'a name': ['use_vmac mv0', ''],
  'a MAC address': ['use_vmac 02:00:5e:11:22:33', ''],
  'adverts on the interface': ['use_vmac', 'vmac_xmit_base'],
  'addresses elsewhere': [
    'use_vmac',
    'use_vmac_addr\n  virtual_ipaddress_excluded {\n    10.51.0.1/24 dev ens9\n  }',
  ],
};

for (const [what, [vmac, more]] of Object.entries(VARIANTS)) {
  const title = `the same macvlans, settings and senders as keepalived: ${what} ${missing}`;
  test.runIf(playable)(title, async () => {
    const lab = await Lab.create();
    try {
      const file = config(200, more, vmac);
      const ours = await held(lab, 'failoverd', file);
      expect(ours).toEqual(await held(lab, 'keepalived', file));
    } finally {
      await lab.close();
    }
  });
}

test.runIf(playable)(`each change of a setting is in the log ${missing}`, async () => {
  const lab = await Lab.create();
  try {
    const daemon = routerDaemon('failoverd', lab.server1);
    await lab.server1.shell('echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter');
    const before = await sysctls(lab.server1, 'eth0', 'ens9', 'all', 'lo');
    await daemon.start(config(200));
    await isMaster(lab.server1);
    const told = daemon.process.lines.join('\n');
    for (const name of [
      'eth0/arp_announce',
      'eth0/arp_ignore',
      'eth0/arp_filter',
      'all/rp_filter',
      'eth0/rp_filter',
    ]) {
      expect(told).toMatch(new RegExp(name.replaceAll(/[./]/g, '[./]')));
    }
    await daemon.stop();
    expect(await sysctls(lab.server1, 'eth0', 'ens9', 'all', 'lo')).toBe(before);
    const announce = '/proc/sys/net/ipv4/conf/eth0/arp_announce';
    expect(await lab.server1.run('cat', announce)).toBe('0\n');
  } finally {
    await lab.close();
  }
});

/** Frames that left a host's eth0 from the virtual MAC address. */
async function frames(capture: Capture): Promise<number> {
  await capture.stop();
  const text = await run(['tshark', '-n', '-r', capture.file, '-Y', `eth.src == ${VMAC}`]);
  return text.split('\n').filter((line) => line !== '').length;
}

async function takeover(first: DaemonKind, second: DaemonKind): Promise<void> {
  const lab = await Lab.create();
  const { server1, server2, client } = lab;
  const daemons: RouterDaemon[] = [routerDaemon(first, server1), routerDaemon(second, server2)];
  const [one, two] = daemons;
  try {
    const witness = await Capture.start(client);
    const backup = await Capture.start(server2, 'eth0', `outbound and ether src ${VMAC}`);
    await one?.start(config(200));
    await isMaster(server1);
    await two?.start(config(100));
    const settled = Capture.now();
    await eventually('a second of BACKUP', () => Capture.now() - settled > 1_500_000);
    await witness.waitForAnnouncement(VIP, VMAC);
    expect(witness.adverts({ priority: 100 })).toEqual([]);
    expect(await frames(backup)).toBe(0);
    await client.run('ping', '-n', '-c', '1', '-W', '2', VIP);
    const stopped = Capture.now();
    await one?.stop();
    await isMaster(server2);
    await witness.waitForAnnouncement(VIP, VMAC, stopped);
    await client.run('ping', '-n', '-c', '1', '-W', '2', VIP);
    await one?.start(config(200));
    await isMaster(server1);
    await eventually('server2 without the VIP', async () =>
      (await kernelState(server2)).addresses.every((line) => !line.includes(`"${VIP}"`)),
    );
    const senders = await witness.dissect('vrrp', ['eth.src', 'ip.src']);
    expect(new Set(senders.map((row) => row['eth.src']))).toEqual(new Set([VMAC]));
    await two?.stop();
    await one?.stop();
  } catch (error) {
    throw new Error(daemons.map((daemon) => daemon.logs()).join('\n'), { cause: error });
  } finally {
    await lab.close();
  }
}

// Clauses: 6.4.3/virtual-mac
test.runIf(playable)('clients know the virtual address by its MAC address alone', async () => {
  const lab = await Lab.create();
  const { server1, client } = lab;
  const daemon = routerDaemon('failoverd', server1);
  try {
    await daemon.start(config(200));
    await isMaster(server1);
    // The client asks, is answered, and is asked for in its turn: the router knows nobody yet.
    for (let round = 0; round < 3; round += 1) {
      await server1.ip('neigh', 'flush', 'all');
      await client.run('ping', '-n', '-c', '2', '-i', '0.2', '-W', '2', VIP);
      expect(await client.neighbour(VIP)).toBe(VMAC);
    }
    await daemon.stop();
  } catch (error) {
    throw new Error(daemon.logs(), { cause: error });
  } finally {
    await lab.close();
  }
});

test.runIf(playable)('takeover: failoverd, then keepalived', () =>
  takeover('failoverd', 'keepalived'),
);
test.runIf(playable)('takeover: keepalived, then failoverd', () =>
  takeover('keepalived', 'failoverd'),
);

test.runIf(playable)(
  'what is removed by hand comes back; a killed daemon is cleaned up',
  async () => {
    const lab = await Lab.create();
    const { server1 } = lab;
    const daemon = routerDaemon('failoverd', server1);
    const before = await kernelState(server1);
    const untouched = await sysctls(server1, 'eth0', 'ens9', 'all');
    try {
      await server1.run('nft', 'add table ip failoverd { comment "mine" ; }');
      await daemon.start(config(200, 'no_accept'));
      await isMaster(server1);
      const links = await macvlans(server1);
      expect(await server1.run('nft', 'list', 'table', 'ip', 'failoverd_2')).toContain(VIP);
      await server1.ip('link', 'del', 'vrrp.51');
      await eventuallyEqual('the macvlans', () => macvlans(server1), links);
      await isMaster(server1);
      // Of a table of ours a rule, then all of it, then with everybody else's.
      const rules = (): Promise<string> => server1.run('nft', '-s', 'list', 'ruleset');
      const whole = await rules();
      for (const change of [
        'flush chain ip failoverd_2 in',
        'delete table ip failoverd_2',
        'flush ruleset; add table ip failoverd { comment "mine" ; }',
      ]) {
        await server1.run('nft', change);
        await eventuallyEqual(`the rules after '${change}'`, rules, whole);
      }
      expect(daemon.logs()).not.toMatch(/MASTER -> /);
      await daemon.process.waitForLine(
        /something else removed the macvlan vrrp\.51; it has been made/,
      );

      // The guardian leaves the settings of interfaces to the next start, or to cleanup.
      await daemon.kill();
      await eventuallyEqual('the macvlans of a killed one', () => macvlans(server1), []);
      await eventuallyEqual('its tables', () => tables(server1), 'table ip failoverd\n');
      await eventuallyEqual('its kernel', () => kernelState(server1), before);
      await daemon.start(config(200, 'no_accept'));
      await isMaster(server1);
      await daemon.kill();
      const file = server1.privatePath('keepalived.conf');
      await server1.run(process.execPath, FAILOVERD, 'cleanup', '-f', file);
      await eventuallyEqual('the kernel after cleanup', () => kernelState(server1), before);
      expect(await macvlans(server1)).toEqual([]);
      expect(await sysctls(server1, 'eth0', 'ens9', 'all')).toBe(untouched);
      expect((await tables(server1)).trim()).toBe('table ip failoverd');
    } catch (error) {
      throw new Error(daemon.logs(), { cause: error });
    } finally {
      await lab.close();
    }
  },
);
