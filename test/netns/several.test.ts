// What one file may have besides a virtual router on one interface: addresses of the other family, a
// network namespace of its own, static addresses on which instances depend.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { hostMac } from '../lab/lab.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, walkthrough } from './stage.ts';

const ALONE = { pairs: ALONE_WITH_OURSELVES };
const MAC = hostMac('server1');

/** An instance with addresses that are not in its adverts. */
function excluding(vips: readonly string[], excluded: string, vrid: number): string {
  return version3('0.2', vips)
    .replace('VI_1', `VI_${vrid}`)
    .replace('_id 51', `_id ${vrid}`)
    .replace(
      'virtual_ipaddress {',
      `virtual_ipaddress_excluded {\n ${excluded}\n }\n    virtual_ipaddress {`,
    );
}

walkthrough(
  'virtual_ipaddress_excluded of the other family, either way',
  { pairs: ['failoverd+keepalived', 'keepalived+failoverd'] },
  async (stage) => {
    const { server1 } = stage.lab;
    await stage.server1.start(
      excluding([`${VIP}/24`], '2001:db8:122::201/64', 51) +
        excluding(['fe80::202/64'], '192.168.122.202/24', 52),
    );
    const wanted = ['192.168.122.202', '2001:db8:122::201', VIP];
    for (const vip of wanted) await stage.capture.waitForAnnouncement(vip, MAC);
    const held = async (): Promise<string[]> => {
      const both = [await server1.addresses(), await server1.addresses('eth0', 'inet6')];
      return both.flat().toSorted();
    };
    const own = [`${SERVER1}/24`, '2001:db8:122::101/64'];
    const vips = [`${VIP}/24`, '192.168.122.202/24', '2001:db8:122::201/64'];
    await eventuallyEqual('all addresses', held, [...own, ...vips].toSorted());
    for (const vip of [VIP, '192.168.122.202', '2001:db8:122::201']) {
      await stage.lab.client.run('ping', '-n', '-c', '1', '-W', '2', vip);
    }
    await eventually('adverts of both', () =>
      [51, 52].every((vrid) => stage.capture.adverts({ vrid }).length > 2),
    );
    await stage.server1.stop();
    await eventuallyEqual('its own addresses', held, own.toSorted());
    await stage.capture.stop();
    const counted = await stage.capture.dissect('vrrp', ['vrrp.virt_rtr_id', 'vrrp.addr_count']);
    expect(new Set(counted.map((row) => Object.values(row).join(' ')))).toEqual(
      new Set(['51 1', '52 1']),
    );
  },
);

walkthrough('net_namespace: the file says where the daemon lives', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  const file = server1.writeConfig(
    `net_namespace ${server1.namespace}\n${version3('0.2', [`${VIP}/24`])}`,
  );
  const argv = [process.execPath, FAILOVERD, 'run', '-n', '-l', '-D', '-f', file];
  const daemon = await server1.start(argv, { name: 'failoverd', outsideNetwork: true });
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
  await vipIsOn(stage, 'server1');
  // Its files bear the name, so that another daemon has room beside it.
  const name = `failoverd/failoverd.${server1.namespace}.pid`;
  expect(server1.readRun(name)).toBe(`${daemon.pid}\n`);
  expect((await daemon.stop()).code).toBe(0);
  await vipIsOn(stage, 'none');
});

walkthrough(
  'track_group: an instance is in FAULT while a static address of its group cannot stand',
  { pairs: ['failoverd+keepalived'] },
  async (stage) => {
    const { server1 } = stage.lab;
    const tracked = `track_group G1 {\n  group {\n    VI_1\n  }\n}
static_ipaddress {\n  10.72.0.1/24 dev late0 track_group G1\n}
`;
    await stage.server2.start(
      version3('0.2', [`${VIP}/24`])
        .replace('state MASTER', '')
        .replace('y 200', 'y 100'),
    );
    await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
    await stage.server1.start(tracked + version3('0.2', [`${VIP}/24`]));
    await stage.server1.process.waitForLine(/VI_1: INIT -> FAULT/);
    const before = Capture.now();
    await eventually(
      'adverts of server2',
      () => stage.capture.adverts({ from: SERVER2, since: before }).length > 8,
    );
    expect(stage.capture.adverts({ from: SERVER1 })).toEqual([]);
    await server1.shell('ip link add late0 type veth peer name witness; ip link set late0 up');
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    await vipIsOn(stage, 'server1');
    expect(await server1.addresses('late0')).toEqual(['10.72.0.1/24']);
    const deleted = Capture.now();
    await server1.ip('link', 'del', 'late0');
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: deleted });
    await vipIsOn(stage, 'server2');
  },
);
