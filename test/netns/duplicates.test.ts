// A virtual address that somebody else has, too: another host on the wire, which IPv6's duplicate address
// detection finds, or somebody on this host. Each is a state with a reason.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { hostMac } from '../lab/lab.ts';
import { asked, statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { hasAddresses, OWN } from './scene.ts';
import { SERVER1, VIP, vipIsOn, walkthrough } from './stage.ts';

const ALONE = { pairs: ALONE_WITH_OURSELVES };
const VIP6 = '2001:db8:122::200';

async function whyOf(host: Host): Promise<string> {
  const [why] = await asked(host, (client) => client.why('VI_1'));
  return `${why?.state} ${why?.sentences.join(' ')}`;
}

async function eventsOf(host: Host): Promise<string> {
  return JSON.stringify(await asked(host, (client) => client.events({})));
}

/** What has the kernel of a host look for duplicates, as it does where no laboratory turned it off. */
const EXAMINE = `for d in eth0 all; do
  echo 1 > /proc/sys/net/ipv6/conf/$d/accept_dad; done
  echo 1 > /proc/sys/net/ipv6/conf/eth0/dad_transmits`;

walkthrough(
  '-nodad: an address of another host is a FAULT with that reason',
  ALONE,
  async (stage) => {
    const { server1, client } = stage.lab;
    await server1.shell(EXAMINE);
    await client.ip('addr', 'add', `${VIP6}/64`, 'dev', 'eth0', 'nodad');
    await stage.server1.start(version3('0.2', [`fe80::200/64 -nodad`, `${VIP6}/64 -nodad`]));
    // The other address serves.
    await eventually('the reason in the status', async () => {
      const [one] = (await statusOf(server1)).instances;
      const refused = one?.addresses.find(({ address }) => address === VIP6);
      return one?.state === 'MASTER' && refused?.error?.includes('another host has it');
    });
    expect(await whyOf(server1)).toMatch(
      /2001:db8:122::200 could not be added: another host has it/,
    );
    expect(await eventsOf(server1)).toMatch(/AddressFailed/);
    await eventuallyEqual('no address that the kernel does not use', () => failed(server1), '');
    await stage.server1.stop();

    // With no other address a MASTER would be a black hole.
    await stage.server1.start(version3('0.2', [`${VIP6}/64 -nodad`]));
    await eventually('FAULT', async () => {
      const reason = await whyOf(server1);
      return reason.startsWith('FAULT') && reason.includes('another host has it');
    });
    const since = Capture.now();
    await client.ip('addr', 'del', `${VIP6}/64`, 'dev', 'eth0');
    await stage.capture.waitForAnnouncement(VIP6, hostMac('server1'), since);
    await stage.server1.stop();
  },
);

function failed(host: Host): Promise<string> {
  return host.run('ip', '-6', '-o', 'addr', 'show', 'dev', 'eth0', 'dadfailed');
}

walkthrough(
  'a duplicate that somebody has put here is replaced by one that works',
  ALONE,
  async (stage) => {
    const { server1, client } = stage.lab;
    await server1.shell(EXAMINE);
    await client.ip('addr', 'add', `${VIP6}/64`, 'dev', 'eth0', 'nodad');
    await server1.ip('addr', 'add', `${VIP6}/64`, 'dev', 'eth0');
    await eventually('a duplicate', async () => (await failed(server1)) !== '');
    await client.ip('addr', 'del', `${VIP6}/64`, 'dev', 'eth0');
    await stage.server1.start(version3('0.2', [`${VIP6}/64`]));
    await stage.capture.waitForAnnouncement(VIP6, hostMac('server1'));
    await eventuallyEqual('no address that the kernel does not use', () => failed(server1), '');
    await client.run('ping', '-6', '-n', '-c', '1', '-W', '2', VIP6);
    await stage.server1.stop();
  },
);

walkthrough('somebody else has put the address on this host', ALONE, async (stage) => {
  const { server1 } = stage.lab;
  await server1.ip('addr', 'add', `${VIP}/32`, 'dev', 'ens9');
  await stage.server1.start(version3('0.2', [`${VIP}/24`]));
  await vipIsOn(stage, 'server1');
  const [one] = (await statusOf(server1)).instances;
  expect(one?.addresses).toMatchObject([{ address: VIP, state: 'confirmed', foreignOn: 'ens9' }]);
  expect(await eventsOf(server1)).toMatch(/is on ens9, but failoverd did not add it/);
  await server1.ip('addr', 'del', `${VIP}/32`, 'dev', 'ens9');
  await eventually('nothing odd', async () => {
    const [now] = (await statusOf(server1)).instances;
    return now?.addresses[0]?.foreignOn === undefined;
  });
  await stage.server1.stop();

  // On the interface itself: the kernel answers EEXIST, and the address serves.
  await server1.ip('addr', 'add', `${VIP}/24`, 'dev', 'eth0');
  const since = Capture.now();
  await stage.server1.start(version3('0.2', [`${VIP}/24`]));
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since });
  await stage.server1.process.waitForLine(/is on eth0, but failoverd did not add it/);
  await eventually('MASTER', async () => (await whyOf(server1)).startsWith('MASTER'));
  expect(await whyOf(server1)).toContain('MASTER');
  await stage.server1.stop();
  await hasAddresses(server1, OWN);
});

for (const vip of [VIP, VIP6]) {
  walkthrough(`another host answers for ${vip} while we are MASTER`, ALONE, async (stage) => {
    const { server1, client } = stage.lab;
    const bits = vip === VIP ? 24 : 64;
    const nodad = vip === VIP ? [] : ['nodad'];
    await client.ip('addr', 'add', `${vip}/${bits}`, 'dev', 'eth0', ...nodad);
    await stage.server1.start(version3('0.2', vip === VIP ? [vip] : ['fe80::200/64', `${vip}/64`]));
    const mac = hostMac('client');
    await stage.server1.process.waitForLine(
      new RegExp(`VI_1: alarm second_owner: the host .* ${mac} has ${vip}, too`),
    );
    const status = await statusOf(server1);
    expect(status.alarms).toMatchObject([{ name: 'second_owner', instance: 'VI_1', peer: mac }]);
    expect(status.instances[0]?.state).toBe('MASTER');
    await client.ip('addr', 'del', `${vip}/${bits}`, 'dev', 'eth0');
    await stage.server1.process.waitForLine(/VI_1: alarm second_owner is over/, 60_000);
    await stage.server1.stop();
  });
}
