// Settings of the sockets that adverts use, as the kernel and the wire show them.

import path from 'node:path';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, VIP, vipMovesTo, walkthrough, type Stage } from './stage.ts';

const FILE = version3('0.1', [`${VIP}/24`]);
const alone = { pairs: ALONE_WITH_OURSELVES };

const RECEIVE_BUFFERS = path.resolve(import.meta.dirname, '../lab/receive-buffers.py');

/** Those of the daemon's advert sockets, as asked for: the kernel doubles them. */
async function receiveBuffers(stage: Stage): Promise<number[]> {
  const pid = String(stage.server1.process.pid);
  const text = await stage.lab.server1.run('python3', RECEIVE_BUFFERS, pid);
  return text
    .trim()
    .split('\n')
    .map((size) => Number(size) / 2);
}

walkthrough('kernel_rx_buf_size and vrrp_rx_bufs_policy', alone, async (stage) => {
  const wanted: readonly (readonly [string, string, number])[] = [
    ['', '', 1 << 20],
    ['', 'kernel_rx_buf_size 3000000', 3_000_000],
    ['vrrp_rx_bufs_policy 2500000', '', 2_500_000],
    // A smaller one would only lose adverts.
    ['vrrp_rx_bufs_policy MTU', 'kernel_rx_buf_size 5000', 1 << 20],
  ];
  for (const [global, own, size] of wanted) {
    const instance = FILE.replace('version 3', `version 3\n    ${own}`);
    await stage.server1.start(`global_defs {\n  ${global}\n}\n${instance}`);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    expect(await receiveBuffers(stage)).toContain(size);
    await stage.server1.stop();
  }
});

walkthrough(
  "log_unknown_vrids: a stranger's virtual router is told of",
  { pairs: ['failoverd+keepalived'] },
  async (stage) => {
    const stranger = asServer2(FILE.replace('_id 51', '_id 77').replaceAll('.200/', '.207/'), 100);
    await stage.server2.start(stranger);
    await stage.capture.waitForAdvert({ from: SERVER2, vrid: 77 });
    const told = (): boolean =>
      stage.server1.process.lines.some((line) => line.includes(SERVER2) && line.includes('77'));

    await stage.server1.start(FILE);
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    await stage.capture.waitForAdvert({ from: SERVER2, vrid: 77, since: Capture.now() });
    expect(told()).toBe(false);
    await stage.server1.stop();

    await stage.server1.start(`global_defs {\n  log_unknown_vrids\n}\n${FILE}`);
    await eventually('a line about it', told);
    // It is nobody's business otherwise.
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: Capture.now() });
  },
);

walkthrough('disable_local_igmp, and its end', alone, async (stage) => {
  const setting = (): Promise<string> =>
    stage.lab.server1.run('cat', '/proc/sys/net/ipv4/igmp_link_local_mcast_reports');
  expect(await setting()).toBe('1\n');
  const reports = await Capture.start(stage.lab.client, 'eth0', 'igmp');
  const seen = (from: string): boolean => reports.packets.some(({ text }) => text.includes(from));
  await stage.server2.start(asServer2(FILE, 100));
  await eventually('a report of the one that says nothing of it', () => seen(SERVER2));
  await stage.server1.start(`global_defs {\n  disable_local_igmp\n}\n${FILE}`);
  await vipMovesTo(stage, 'server1', { priority: 200 });
  expect(await setting()).toBe('0\n');
  await stage.server1.stop();
  expect(await setting()).toBe('1\n');
});

walkthrough(
  'unicast: a peer without a route neither ends the other ones nor the service',
  { ...alone, hub: true },
  async (stage) => {
    const peers = (...list: readonly string[]): string =>
      FILE.replace('version 3', `version 3\n    unicast_peer {\n${list.join('\n')}\n    }`);
    await stage.server1.start(peers('10.99.0.1'));
    await eventually('the address', async () =>
      (await stage.lab.server1.addresses()).includes(`${VIP}/24`),
    );
    // Far longer than masterDownInterval, by the announcements that a second takeover would make.
    const mac = '02:00:00:00:01:65';
    const announced = await stage.capture.waitForAnnouncement(VIP, mac);
    await eventually('two seconds', () => Capture.now() - announced.at > 2e6);
    expect(await stage.lab.server1.addresses()).toContain(`${VIP}/24`);
    await stage.server1.stop();

    const both = Capture.now();
    await stage.server1.start(peers('10.99.0.1', SERVER2));
    await eventually(
      'adverts to the other one, and no goodbye',
      () => stage.capture.adverts({ priority: 200, since: both }).length > 20,
    );
    expect(stage.capture.adverts({ priority: 0, since: both })).toEqual([]);
  },
);
