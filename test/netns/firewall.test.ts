// no_accept, and what the virtual MAC address must not say, as a client sees it.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, VIP, vipIsOn, walkthrough, type Stage } from './stage.ts';

const ALONE = { pairs: ALONE_WITH_OURSELVES, programs: ['nft'] };
const VIP6 = '2001:db8:122::200';

function file(vips: readonly string[], ...lines: readonly string[]): string {
  const text = version3('0.2', vips);
  return text.replace('version 3', ['version 3', ...lines].join('\n    '));
}

const BOTH_FAMILIES = (option: string): string =>
  file([`${VIP}/24`], option) +
  file(['fe80::200/64', `${VIP6}/64`], option)
    .replaceAll('VI_1', 'VI_2')
    .replace('_id 51', '_id 52');

async function answers(stage: Stage, address: string): Promise<boolean> {
  const ping = ['ping', '-n', '-c', '2', '-i', '0.2', '-W', '1', address];
  return (await stage.lab.client.attempt(...ping)).code === 0;
}

const has = (stage: Stage, vip: string): Promise<true> =>
  eventually(vip, async () => {
    const both = [
      ...(await stage.lab.server1.addresses()),
      ...(await stage.lab.server1.addresses('eth0', 'inet6')),
    ];
    return both.includes(vip);
  });

// Clauses: 6.4.3/arp, 6.4.3/nd, 6.4.3/accept, 6.4.3/no-accept, 6.4.3/no-accept-nd
walkthrough('accept: a client is answered; no_accept: it is not', ALONE, async (stage) => {
  for (const [option, isAnswered] of [
    ['accept', true],
    ['no_accept', false],
  ] as const) {
    await stage.server1.start(BOTH_FAMILIES(option));
    await has(stage, `${VIP}/24`);
    await has(stage, `${VIP6}/64`);
    expect(await answers(stage, VIP)).toBe(isAnswered);
    expect(await answers(stage, VIP6)).toBe(isAnswered);
    // The router itself is reached all the same, and both addresses can be resolved.
    expect(await answers(stage, SERVER1)).toBe(true);
    expect(await stage.lab.client.neighbour(VIP)).toBe('02:00:00:00:01:65');
    expect(await stage.lab.client.neighbour(VIP6)).toBe('02:00:00:00:01:65');
    await stage.server1.stop();
    await stage.lab.client.ip('neigh', 'flush', 'dev', 'eth0');
  }
  expect(await stage.lab.server1.run('nft', 'list', 'tables')).toBe('');
});

walkthrough('strict mode: no_accept for all but an owner', ALONE, async (stage) => {
  const strict = file([`${VIP}/24`], 'strict_mode').replace('state MASTER', 'state BACKUP');
  await stage.server1.start(strict);
  await vipIsOn(stage, 'server1');
  expect(await answers(stage, VIP)).toBe(false);
  await stage.server1.stop();
  await stage.server1.start(strict.replace('priority 200', 'priority 255'));
  await vipIsOn(stage, 'server1');
  await eventually('an answer', () => answers(stage, VIP));
});

// Clauses: 6.4.2/arp
walkthrough('a BACKUP answers for no virtual address', ALONE, async (stage) => {
  const [first = '', second = ''] = BOTH_FAMILIES('accept').split(/(?=^vrrp_instance VI_2)/m);
  await stage.server1.start(first + second);
  await stage.server2.start(asServer2(first, 100) + asServer2(second, 100));
  for (const name of ['VI_1', 'VI_2']) {
    await stage.server2.process.waitForLine(new RegExp(`${name}: the master is`));
  }
  await has(stage, `${VIP6}/64`);
  const witness = await Capture.start(stage.lab.server2, 'eth0', 'outbound and (arp or icmp6)');
  const { client } = stage.lab;
  for (let round = 0; round < 5; round += 1) {
    await client.ip('neigh', 'flush', 'dev', 'eth0');
    expect([await answers(stage, VIP), await answers(stage, VIP6)]).toEqual([true, true]);
    expect(await client.neighbour(VIP)).toBe('02:00:00:00:01:65');
    expect(await client.neighbour(VIP6)).toBe('02:00:00:00:01:65');
  }
  const answered = witness.packets.filter(({ text }) =>
    /(?:Reply |tgt is )(?:192\.168\.122\.200|2001:db8:122::200|fe80::200)\b/.test(text),
  );
  expect(answered.map(({ text }) => text)).toEqual([]);
});

/** Whatever leaves a BACKUP from a virtual MAC address would move it to the wrong port of a switch. */
walkthrough(
  'a BACKUP with virtual MAC addresses is silent from them, over both families',
  { pairs: ['failoverd+failoverd'], programs: ['nft'] },
  async (stage) => {
    const vmacs = BOTH_FAMILIES('use_vmac');
    await stage.server1.start(vmacs);
    await stage.capture.waitForAdvert({ vrid: 51, priority: 200 });
    await stage.capture.waitForAdvert({ vrid: 52, priority: 200 });
    // From before the macvlans are there.
    const filter = 'ether[6:4] == 0x00005e00';
    const witness = await Capture.start(stage.lab.server2, 'eth0', `outbound and ${filter}`);
    const reports = await Capture.start(
      stage.lab.client,
      'eth0',
      'igmp or (icmp6 and ip6[40] == 0) or (ip6[6] == 0)',
    );
    const instances = vmacs.split(/(?=^vrrp_instance)/m);
    await stage.server2.start(instances.map((one) => asServer2(one, 100)).join(''));
    for (const name of ['VI_1', 'VI_2']) {
      await stage.server2.process.waitForLine(new RegExp(`${name}: the master is`));
    }
    const quiet = Capture.now();
    await eventually('three seconds', () => Capture.now() > quiet + 3_000_000);
    // Its link is lost and comes back: the kernel would solicit and report once more.
    await stage.lab.setCable('server2', false);
    await stage.server2.process.waitForLine(/VI_1: BACKUP -> FAULT/);
    await stage.lab.setCable('server2', true);
    await stage.server2.process.waitForLine(/VI_1: FAULT -> BACKUP/);
    const again = Capture.now();
    await eventually('three more', () => Capture.now() > again + 3_000_000);
    expect(witness.packets.map(({ text }) => text)).toEqual([]);
    // The group is reported nevertheless, from the interface, so that switches go on sending adverts.
    const groups = reports.packets.filter(({ mac }) => mac === '02:00:00:00:01:66');
    expect(groups.some(({ text }) => text.includes('224.0.0.18') || /igmp/.test(text))).toBe(true);
    expect(groups.some(({ text }) => /multicast listener report/.test(text))).toBe(true);
  },
);

/** What a daemon changes of the settings of interfaces is told in its log, and put back. */
walkthrough('promote_secondaries, while the daemon runs', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  const setting = async (): Promise<string> => {
    const text = await server1.run('cat', '/proc/sys/net/ipv4/conf/eth0/promote_secondaries');
    return text.trim();
  };
  expect(await setting()).toBe('0');
  await stage.server1.start(file([`${VIP}/24`], 'promote_secondaries'));
  await vipIsOn(stage, 'server1');
  expect(await setting()).toBe('1');
  await stage.server1.process.waitForLine(/promote_secondaries/);
  // The first address of the network goes, and the others stay.
  await server1.ip('addr', 'add', '192.168.122.111/24', 'dev', 'eth0');
  await server1.ip('addr', 'del', `${SERVER1}/24`, 'dev', 'eth0');
  expect(await server1.addresses()).toEqual(
    expect.arrayContaining(['192.168.122.111/24', `${VIP}/24`]),
  );
  await stage.server1.stop();
  expect(await setting()).toBe('0');
});
