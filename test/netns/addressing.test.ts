// From where and to where adverts go, and who hears them there: groups of their own, one VRID on two
// interfaces, source addresses that vanish, and the checksum of VRRPv3 in its other form.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

const BOTH = { pairs: ['failoverd+keepalived', 'keepalived+failoverd'] };
const ALONE = { pairs: ALONE_WITH_OURSELVES };

function file(...lines: readonly string[]): string {
  const text = version3('0.2', [`${VIP}/24`]);
  return text.replace('version 3', ['version 3', ...lines].join('\n    '));
}

walkthrough('mcast_dst_ip: adverts go to that group, and are heard there', BOTH, async (stage) => {
  const text = file('mcast_dst_ip 224.0.0.77');
  await stage.server1.start(text);
  await vipMovesTo(stage, 'server1', { priority: 200 });
  await stage.server2.start(asServer2(text, 100));
  await stage.server2.process.waitForLine(/the master is|Entering BACKUP/);
  const settled = Capture.now();
  await eventually(
    'some adverts',
    () => stage.capture.adverts({ from: SERVER1, since: settled }).length > 10,
  );
  expect(stage.capture.adverts({ from: SERVER2 })).toEqual([]);
  expect(new Set(stage.capture.adverts().map(({ to }) => to))).toEqual(new Set(['224.0.0.77']));
});

walkthrough('vrrp_mcast_group4 and 6: the default of all instances', ALONE, async (stage) => {
  const groups = 'vrrp_mcast_group4 224.0.0.78\n  vrrp_mcast_group6 ff02::78';
  const second = version3('0.2', ['fe80::200/64', '2001:db8:122::200/64'])
    .replaceAll('VI_1', 'VI_2')
    .replace('_id 51', '_id 52');
  await stage.server1.start(`global_defs {\n  ${groups}\n}\n${file()}${second}`);
  await stage.capture.waitForAdvert({ vrid: 51, priority: 200 });
  await stage.capture.waitForAdvert({ vrid: 52, priority: 200 });
  expect(new Set(stage.capture.adverts().map(({ to, vrid }) => `${vrid} ${to}`))).toEqual(
    new Set(['51 224.0.0.78', '52 ff02::78']),
  );
});

walkthrough('mcast_src_ip: the source of adverts', BOTH, async (stage) => {
  const source = '192.168.122.111';
  await stage.lab.server1.ip('addr', 'add', `${source}/24`, 'dev', 'eth0');
  await stage.server1.start(file(`mcast_src_ip ${source}`));
  await stage.capture.waitForAdvert({ from: source, priority: 200 });
  await stage.server2.start(asServer2(file(), 100));
  await stage.server2.process.waitForLine(/the master is 192\.168\.122\.111|Entering BACKUP/);
  const settled = Capture.now();
  await eventually(
    'some adverts',
    () => stage.capture.adverts({ from: source, since: settled }).length > 10,
  );
  expect(new Set(stage.capture.adverts().map(({ from }) => from))).toEqual(new Set([source]));
});

walkthrough(
  'track_src_ip: FAULT while the source address is away',
  { pairs: ['failoverd+keepalived'] },
  async (stage) => {
    const source = '192.168.122.111';
    const { server1 } = stage.lab;
    await server1.ip('addr', 'add', `${source}/24`, 'dev', 'eth0');
    await stage.server1.start(file(`mcast_src_ip ${source}`, 'track_src_ip'));
    await stage.server2.start(asServer2(file(), 100));
    await stage.capture.waitForAdvert({ from: source, priority: 200 });
    const removed = Capture.now();
    await server1.ip('addr', 'del', `${source}/24`, 'dev', 'eth0');
    await stage.capture.waitForAdvert({ from: SERVER2, priority: 100, since: removed });
    await stage.server1.process.waitForLine(/MASTER -> FAULT.*eth0 lacks the IPv4 address to send/);
    await vipIsOn(stage, 'server2');
    await server1.ip('addr', 'add', `${source}/24`, 'dev', 'eth0');
    await stage.capture.waitForAdvert({ from: source, priority: 200, since: Capture.now() });
  },
);

walkthrough('one VRID on two interfaces is two virtual routers', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  await server1.ip('addr', 'add', '10.71.0.1/24', 'dev', 'ens9');
  const second = version3('0.2', ['10.71.0.200/24'])
    .replaceAll('VI_1', 'VI_2')
    .replace('interface eth0', 'interface ens9')
    .replace('priority 200', 'priority 150');
  const witness = await Capture.start(server1, 'ens9');
  await stage.server1.start(file() + second);
  const [here, there] = [
    await stage.capture.waitForAdvert({ vrid: 51 }),
    await witness.waitForAdvert({ vrid: 51 }),
  ];
  expect([here.from, here.priority, there.from, there.priority]).toEqual([
    SERVER1,
    200,
    '10.71.0.1',
    150,
  ]);
  await vipIsOn(stage, 'server1');
  await eventuallyEqual('ens9', () => server1.addresses('ens9'), [
    '10.71.0.1/24',
    '10.71.0.200/24',
  ]);
  // A fault of the one is none of the other.
  await server1.ip('link', 'set', 'ens9', 'down');
  await stage.server1.process.waitForLine(/VI_2: MASTER -> FAULT/);
  const down = Capture.now();
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: down });
  expect(stage.capture.adverts({ priority: 0 })).toEqual([]);
});

walkthrough('v3_checksum_as_v2: the sum leaves the pseudo header out', ALONE, async (stage) => {
  for (const [option, status] of [
    ['v3_checksum_as_v2 off', '1'],
    ['v3_checksum_as_v2', '0'],
  ] as const) {
    const witness = await Capture.start(stage.lab.client, 'eth0', 'ip proto 112');
    await stage.server1.start(file(option));
    await stage.server2.start(asServer2(file(option), 100));
    await stage.server2.process.waitForLine(new RegExp(`the master is ${SERVER1}`));
    await eventually('some adverts', () => witness.adverts({ from: SERVER1 }).length > 5);
    await stage.server1.stop();
    await stage.server2.stop();
    await witness.stop();
    // tshark sums up as RFC 9568 says: 1 is right, 0 is wrong.
    const rows = await witness.dissect('vrrp', ['vrrp.checksum.status', 'vrrp.checksum']);
    expect(new Set(rows.map((row) => row['vrrp.checksum.status']))).toEqual(new Set([status]));
    // Of 31 33 c8 01 00 14 c0 a8 7a c8: priority 200, one address, 20 centiseconds.
    const alone = 0xffff - (0x3133 + 0xc801 + 0x0014 + 0xc0a8 + 0x7ac8 - 0x1_fffe);
    const sums = await witness.dissect('vrrp.prio == 200', ['vrrp.checksum']);
    const wanted = sums.every((row) => Number(row['vrrp.checksum']) === alone);
    expect(wanted).toBe(status === '0');
  }
});

walkthrough('no_track: what somebody else removes stays away', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  const loose = '192.168.122.201/24';
  await stage.server1.start(version3('0.2', [`${VIP}/24`, `${loose} no_track`]));
  const held = async (): Promise<string[]> => server1.addresses();
  const own = `${SERVER1}/24`;
  await eventuallyEqual('both addresses', held, [own, `${VIP}/24`, loose]);
  await server1.ip('addr', 'del', loose, 'dev', 'eth0');
  // The other one is put back, so the loss of the first has been heard by then.
  await server1.ip('addr', 'del', `${VIP}/24`, 'dev', 'eth0');
  await stage.server1.process.waitForLine(
    /removed .*192\.168\.122\.200.*restored|192\.168\.122\.200.*restored/,
  );
  await eventuallyEqual('one address', held, [own, `${VIP}/24`]);
  expect(stage.server1.logs()).not.toMatch(/MASTER -> /);
  expect(stage.server1.logs()).not.toContain('192.168.122.201');
});
