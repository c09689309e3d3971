import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { hostMac } from '../lab/lab.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, startBoth, stopBoth, vipMovesTo, walkthrough, type Stage } from './stage.ts';

/** tshark judges every advert: the fields that differ between none of them, and the checksum. */
async function dissected(stage: Stage): Promise<Set<string>> {
  const fields = ['vrrp.version', 'vrrp.virt_rtr_id', 'vrrp.short_adver_int'];
  const rows = await stage.capture.dissect('vrrp', [...fields, 'vrrp.checksum.status']);
  return new Set(rows.map((row) => Object.values(row).join(' ')));
}

walkthrough('VRRPv3 every hundredth of a second', {}, async (stage) => {
  await startBoth(stage, version3('0.01', ['192.168.122.200/24']), 100);
  await vipMovesTo(stage, 'server1', { priority: 200 });
  await eventually('a hundred adverts', () => stage.capture.advertsFrom(SERVER1).length > 100);

  const stopped = Capture.now();
  await stage.server1.stop();
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: stopped });
  await vipMovesTo(stage, 'server2', { priority: 100, since: stopped });
  await stage.server2.stop();
  await stage.capture.stop();
  // Version 3, router 51, interval one centisecond, good checksum.
  expect(await dissected(stage)).toEqual(new Set(['3 51 1 1']));
});

const VIP6 = '2001:db8:122::200';

async function vip6IsOn(stage: Stage, holder: 'server1' | 'server2', since: number): Promise<void> {
  for (const [name, number] of Object.entries({ server1: 101, server2: 102 } as const)) {
    const own = `2001:db8:122::${number}/64`;
    const look = (): Promise<string[]> =>
      stage.lab.host(name as typeof holder).addresses('eth0', 'inet6');
    const wanted = (name === holder ? [own, `${VIP6}/64`] : [own]).toSorted();
    await eventuallyEqual(`eth0 of ${name}`, async () => (await look()).toSorted(), wanted);
  }
  await stage.capture.waitForAnnouncement(VIP6, hostMac(holder), since);
  await stage.lab.client.run('ping', '-6', '-n', '-c', '1', '-W', '2', VIP6);
}

walkthrough('an IPv6 instance', { pairs: ALONE_WITH_OURSELVES }, async (stage) => {
  const config = version3('1', ['fe80::200/64', `${VIP6}/64`]);
  await startBoth(stage, config, 100);
  await vip6IsOn(stage, 'server1', 0);
  expect(stage.capture.adverts({ priority: 200 })[0]?.to).toBe('ff02::12');

  const stopped = Capture.now();
  await stage.server1.stop();
  await stage.capture.waitForAdvert({ priority: 0, since: stopped });
  await vip6IsOn(stage, 'server2', stopped);

  const started = Capture.now();
  await stage.server1.start(config);
  await vip6IsOn(stage, 'server1', started);
  await stage.server2.stop();
  await stage.server1.stop();
  await stage.capture.stop();
  expect(await dissected(stage)).toEqual(new Set(['3 51 100 1']));
});

walkthrough('a reload with another priority', {}, async (stage) => {
  const config = version3('1', ['192.168.122.200/24']);
  await startBoth(stage, config, 100);
  await vipMovesTo(stage, 'server1', { priority: 200 });
  const reloaded = Capture.now();
  stage.server1.reload(config.replace('priority 200', 'priority 210'));
  await vipMovesTo(stage, 'server1', { priority: 210, since: 0 });
  expect(stage.capture.adverts({ priority: 0, since: reloaded })).toEqual([]);
  await stopBoth(stage, 'server1');
});
