// Interfaces that do not stay as they were: late, deleted and made again, renamed, with another MAC
// address or another address; and ups and downs that count only when they last.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { hostMac } from '../lab/lab.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, VIP, vipIsOn, walkthrough, type Stage } from './stage.ts';

const alone = { pairs: ALONE_WITH_OURSELVES };

function config(device: string, more = ''): string {
  return `global_defs {
  dynamic_interfaces
  vrrp_garp_master_delay 0
}
${more}
vrrp_instance VI_1 {
  interface ${device}
  virtual_router_id 51
  priority 200
  version 3
  advert_int 0.1
  track_interface {
    ens9 weight -50
  }
  virtual_ipaddress {
    ${VIP}/24
  }
}
`;
}

/** A pair of interfaces within server1: adverts on NAME are seen on its peer. */
async function makePair(host: Host, name: string): Promise<void> {
  await host.shell(`ip link add ${name} type veth peer name witness
    ip link set witness up
    ip link set ${name} up
    ip addr add 10.70.0.1/24 dev ${name}`);
}

async function vipStands(host: Host, device: string): Promise<void> {
  await eventually(`${VIP} on ${device}`, async () =>
    (await host.addresses(device)).includes(`${VIP}/24`),
  );
}

walkthrough('an interface that comes late, is deleted and made again', alone, async (stage) => {
  const { server1 } = stage.lab;
  await stage.server1.start(config('late0'));
  await stage.server1.process.waitForLine(/late0 does not exist/);
  await makePair(server1, 'late0');
  await vipStands(server1, 'late0');

  await server1.ip('link', 'del', 'late0');
  await makePair(server1, 'late0');
  await vipStands(server1, 'late0');

  // By another name it is not there; under the name of the file it is, whoever has it.
  await server1.shell(
    'ip link set late0 down; ip link set late0 name other0; ip link set other0 up',
  );
  await eventually(
    `${VIP} taken from other0`,
    async () => !(await server1.addresses('other0')).includes(`${VIP}/24`),
  );
  await server1.shell(
    'ip link set other0 down; ip link set other0 name late0; ip link set late0 up',
  );
  await vipStands(server1, 'late0');
  await stage.server1.stop();
  expect(await server1.addresses('late0')).toEqual(['10.70.0.1/24']);
});

walkthrough('an interface that moves to another namespace and back', alone, async (stage) => {
  const { server1, client } = stage.lab;
  await makePair(server1, 'roam0');
  await stage.server1.start(config('roam0'));
  await vipStands(server1, 'roam0');
  await server1.ip('link', 'set', 'roam0', 'netns', client.namespace);
  await stage.server1.process.waitForLine(/MASTER -> FAULT.*roam0/);
  // An interface takes no address along.
  expect(await client.addresses('roam0')).toEqual([]);
  await client.ip('link', 'set', 'roam0', 'netns', server1.namespace);
  await server1.shell('ip link set roam0 up; ip addr add 10.70.0.1/24 dev roam0');
  await vipStands(server1, 'roam0');
  await stage.server1.stop();
  expect(await server1.addresses('roam0')).toEqual(['10.70.0.1/24']);
});

walkthrough('another MAC address, and another address', alone, async (stage) => {
  const { server1 } = stage.lab;
  await stage.server1.start(config('eth0'));
  await vipIsOn(stage, 'server1');
  await stage.capture.waitForAnnouncement(VIP, hostMac('server1'));

  const changed = Capture.now();
  const mac = '02:00:00:00:07:01';
  await server1.ip('link', 'set', 'eth0', 'address', mac);
  await stage.capture.waitForAnnouncement(VIP, mac, changed);

  await server1.shell(`ip addr del ${SERVER1}/24 dev eth0
    ip addr add 192.168.122.111/24 dev eth0`);
  await stage.capture.waitForAdvert({ from: '192.168.122.111', priority: 200 });
  await stage.server1.stop();
});

async function flap(stage: Stage, seconds: number): Promise<number> {
  const since = Capture.now();
  await stage.lab.server1.shell(`ip link set ens9 down; sleep ${seconds}; ip link set ens9 up`);
  return since;
}

walkthrough('interface_up_down_delays: only what lasts counts', alone, async (stage) => {
  const delays = 'interface_up_down_delays {\n  ens9 1 0\n}';
  await stage.server1.start(config('eth0', delays));
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });

  const short = await flap(stage, 0.2);
  const long = await flap(stage, 2);
  const lower = await stage.capture.waitForAdvert({ from: SERVER1, priority: 150, since: short });
  // Not before the second one had lasted; the first did not count.
  expect(lower.at).toBeGreaterThan(long + 900_000);
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: lower.at });
  await stage.server1.stop();
});

// The kernel of the test may have no VRF: which VRF a macvlan follows is test/daemon/vrf.test.ts.
walkthrough('an interface that comes into a bridge and out again', alone, async (stage) => {
  const { server1 } = stage.lab;
  const file = config('eth0').replace('version 3', 'version 3\n  use_vmac');
  await stage.server1.start(file);
  await vipStands(server1, 'vrrp.51');
  await server1.ip('link', 'add', 'br9', 'type', 'bridge');
  await server1.ip('link', 'set', 'br9', 'up');
  const since = Capture.now();
  const told = stage.server1.process.lines.length;
  for (const master of [['master', 'br9'], ['nomaster']]) {
    await server1.ip('link', 'set', 'ens9', ...master);
    const changed = Capture.now();
    await eventually(
      'some adverts',
      () => stage.capture.adverts({ from: SERVER1, since: changed }).length > 5,
    );
  }
  // Somebody's own doing with the macvlan is left as it is.
  await server1.ip('link', 'set', 'vrrp.51', 'group', '7');
  const [link] = JSON.parse(await server1.ip('-j', 'link', 'show', 'vrrp.51')) as {
    group: string;
  }[];
  expect(link?.group).toBe('7');
  const adverts = stage.capture.adverts({ from: SERVER1, since });
  expect(new Set(adverts.map(({ priority }) => priority))).toEqual(new Set([200]));
  await vipStands(server1, 'vrrp.51');
  expect(stage.server1.process.lines.slice(told).filter((line) => / -> /.test(line))).toEqual([]);
  expect(stage.server1.logs()).not.toContain('moved vrrp.51');
});
