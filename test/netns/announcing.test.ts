// How often a MASTER announces, setting by setting, as tcpdump counts it; and the neighbour
// advertisement of IPv6 as tshark reads it.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { forge } from '../lab/forger.ts';
import { hostMac } from '../lab/lab.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, VIP, walkthrough, type Stage } from './stage.ts';

const ALONE = { pairs: ALONE_WITH_OURSELVES };
const MAC = hostMac('server1');

function file(...lines: readonly string[]): string {
  const text = version3('0.2', [`${VIP}/24`]);
  return text.replace('version 3', ['version 3', ...lines].join('\n    '));
}

const globals = (...lines: readonly string[]): string =>
  `global_defs {\n  ${lines.join('\n  ')}\n}\n`;

/** Seconds from the first announcement to each, until so long after it. */
async function announced(stage: Stage, seconds: number): Promise<number[]> {
  const first = await stage.capture.waitForAnnouncement(VIP, MAC);
  const until = first.at + seconds * 1e6;
  await stage.capture.waitForAdvert({ from: SERVER1, since: until });
  const seen = stage.capture.announcements(VIP, MAC).filter(({ at }) => at <= until);
  return seen.map(({ at }) => (at - first.at) / 1e6);
}

/** How many there were in each burst, and when it began. */
function bursts(moments: readonly number[]): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const moment of moments) {
    const last = found.at(-1);
    if (last !== undefined && moment - last[0] < 0.5) last[1] += 1;
    else found.push([moment, 1]);
  }
  return found;
}

const counts = (moments: readonly number[]): number[] => bursts(moments).map(([, count]) => count);

walkthrough('as it comes: five, and five more after five seconds', ALONE, async (stage) => {
  await stage.server1.start(file());
  const moments = await announced(stage, 7);
  expect(counts(moments)).toEqual([5, 5]);
  expect(bursts(moments)[1]?.[0]).toBeGreaterThan(4.9);
});

walkthrough('garp_master_repeat and garp_master_delay', ALONE, async (stage) => {
  await stage.server1.start(file('garp_master_repeat 2', 'garp_master_delay 2'));
  const moments = await announced(stage, 4);
  expect(counts(moments)).toEqual([2, 2]);
  expect(bursts(moments)[1]?.[0]).toBeGreaterThan(1.9);
});

walkthrough('garp_master_refresh and garp_master_refresh_repeat', ALONE, async (stage) => {
  const refresh = ['garp_master_refresh 1', 'garp_master_refresh_repeat 3'];
  await stage.server1.start(file('garp_master_repeat 1', 'garp_master_delay 0', ...refresh));
  const moments = await announced(stage, 3.6);
  expect(counts(moments)).toEqual([1, 3, 3, 3]);
});

walkthrough('the defaults of global_defs, and vrrp_min_garp', ALONE, async (stage) => {
  await stage.server1.start(
    globals('vrrp_garp_master_repeat 4', 'vrrp_garp_master_delay 0') + file(),
  );
  expect(counts(await announced(stage, 2))).toEqual([4]);
  await stage.server1.stop();
  const restarted = Capture.now();
  await stage.server1.start(globals('vrrp_min_garp') + file());
  await stage.capture.waitForAnnouncement(VIP, MAC, restarted);
  await stage.capture.waitForAdvert({ from: SERVER1, since: Capture.now() + 6_000_000 });
  expect(stage.capture.announcements(VIP, MAC, restarted)).toHaveLength(1);
});

walkthrough('garp_lower_prio_repeat and garp_lower_prio_delay', ALONE, async (stage) => {
  const lower = ['garp_lower_prio_repeat 3', 'garp_lower_prio_delay 2'];
  await stage.server1.start(file('garp_master_repeat 1', 'garp_master_delay 0', ...lower));
  await stage.capture.waitForAnnouncement(VIP, MAC);
  const own = await stage.capture.waitForAdvert({ from: SERVER1, since: Capture.now() });
  const source = '192.168.122.10';
  const advert = { source, version: 3, vrid: 51, interval: 0.2, addresses: [VIP] } as const;
  await forge(stage.lab.client, [{ ...advert, priority: 50 }]);
  const heard = await stage.capture.waitForAdvert({ from: source, since: own.at });
  await stage.capture.waitForAdvert({ from: SERVER1, since: heard.at + 4_000_000 });
  const seen = stage.capture.announcements(VIP, MAC, heard.at);
  const moments = seen.map(({ at }) => (at - heard.at) / 1e6);
  expect(counts(moments)).toEqual([3, 3]);
  expect(bursts(moments)[1]?.[0]).toBeGreaterThan(1.9);
});

walkthrough(
  'garp_extra_if: again and again on the macvlans of other interfaces',
  { ...ALONE, programs: ['nft'] },
  async (stage) => {
    const { server1 } = stage.lab;
    await server1.ip('addr', 'add', '10.50.0.9/24', 'dev', 'ens9');
    const witness = await Capture.start(server1, 'ens9', 'outbound and arp');
    const once = ['garp_master_repeat 1', 'garp_master_delay 0', 'garp_extra_if 1'];
    const text = file('use_vmac', ...once);
    const vips = `${VIP}/24\n        10.50.0.1/24 dev ens9 use_vmac`;
    await stage.server1.start(text.replace(`${VIP}/24`, vips));
    const elsewhere = () => witness.announcements('10.50.0.1', '00:00:5e:00:01:33');
    await eventually('four announcements on ens9', () => elsewhere().length > 3);
    const moments = elsewhere().map(({ at }) => at);
    expect((moments.at(-1) ?? 0) - (moments[0] ?? 0)).toBeGreaterThan(2_500_000);
    // The own interface has had its one, and no more.
    expect(stage.capture.announcements(VIP)).toHaveLength(1);
  },
);

const VIP6 = '2001:db8:122::200';
const v6 = (more: string): string =>
  version3('0.2', ['fe80::200/64', `${VIP6}/64`]).replace('version 3', `version 3\n    ${more}`);

// Clauses: 6.4.3/router-flag
walkthrough('IPv6: unsolicited, override, router where it is one', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  for (const forwarding of ['0', '1']) {
    await server1.shell(`echo ${forwarding} > /proc/sys/net/ipv6/conf/eth0/forwarding`);
    const witness = await Capture.start(stage.lab.client, 'eth0', 'ip6');
    await stage.server1.start(v6('garp_master_delay 0'));
    await eventually('five of each', () =>
      [VIP6, 'fe80::200'].every((vip) => witness.announcements(vip, MAC).length === 5),
    );
    await witness.waitForAdvert({ vrid: 51 });
    await stage.server1.stop();
    await witness.stop();
    const flags = ['r', 's', 'o'].map((flag) => `icmpv6.nd.na.flag.${flag}`);
    const rows = await witness.dissect(`icmpv6.type == 136 && ipv6.dst == ff02::1`, [
      ...flags,
      'ipv6.hlim',
      'icmpv6.opt.linkaddr',
      'icmpv6.checksum.status',
    ]);
    const wanted = [forwarding, '0', '1', '255', MAC, '1'].join(' ');
    const seen = rows.map((row) => Object.values(row).join(' '));
    const plain = seen.map((one) => one.replaceAll('True', '1').replaceAll('False', '0'));
    expect(new Set(plain)).toEqual(new Set([wanted]));
    // The link-local address comes first in the advert (RFC 9568 §5.2.9), with a hop limit of 255.
    const adverts = await witness.dissect('vrrp', ['vrrp.ipv6_addr', 'ipv6.hlim']);
    expect(adverts[0]).toEqual({ 'vrrp.ipv6_addr': `fe80::200,${VIP6}`, 'ipv6.hlim': '255' });
  }
});

walkthrough('IPv6: a host that becomes a router says so from then on', ALONE, async (stage) => {
  const setting = (value: number): Promise<string> =>
    stage.lab.server1.shell(`echo ${value} > /proc/sys/net/ipv6/conf/all/forwarding`);
  await setting(0);
  await stage.server1.start(v6('garp_master_refresh 1'));
  for (const value of [1, 0]) {
    const before = await Capture.start(stage.lab.client, 'eth0', 'icmp6');
    await setting(value);
    // What was on its way has left.
    await eventually('three rounds', () => before.announcements(VIP6, MAC).length > 3);
    await before.stop();
    const rows = await before.dissect(`icmpv6.nd.na.target_address == ${VIP6}`, [
      'icmpv6.nd.na.flag.r',
    ]);
    const last = rows.at(-1)?.['icmpv6.nd.na.flag.r'];
    expect([String(value), value === 1 ? 'True' : 'False']).toContain(last);
  }
});

walkthrough('vrrp_gna_interval: one after the other', ALONE, async (stage) => {
  await stage.server1.start(globals('vrrp_gna_interval 0.3') + v6('garp_master_repeat 3'));
  const seen = () => [VIP6, 'fe80::200'].flatMap((vip) => stage.capture.announcements(vip, MAC));
  await eventually('six announcements', () => seen().length >= 6);
  const moments = seen()
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  expect((moments[5] ?? 0) - (moments[0] ?? 0)).toBeGreaterThan(1_400_000);
});
