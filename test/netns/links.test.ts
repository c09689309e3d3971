// Kinds of links that a kernel may lack: ipvlan and VRF. Where it has them the instance runs on them
// beside keepalived; where it has not, the log says so and the instance is in FAULT.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { SERVER2, VIP, vipMovesTo, walkthrough } from './stage.ts';

const PAIRS = ['failoverd+keepalived'];
const IPVLAN = '192.168.122.150';

/** Whether the kernel of this machine can make such a link. */
async function has(host: Host, ...link: readonly string[]): Promise<boolean> {
  const made = await host.attempt('ip', 'link', 'add', 'probe0', ...link);
  if (made.code !== 0) return false;
  await host.ip('link', 'del', 'probe0');
  return true;
}

walkthrough('use_ipvlan', { pairs: PAIRS }, async (stage) => {
  const { server1 } = stage.lab;
  const file = version3('0.2', [`${VIP}/24`]);
  const ours = file.replace('version 3', `version 3\n    use_ipvlan iv0 ${IPVLAN}/24 private`);
  await stage.server2.start(asServer2(file, 100));
  await vipMovesTo(stage, 'server2', { priority: 100 });
  const started = Capture.now();
  await stage.server1.start(ours);
  if (!(await has(server1, 'link', 'eth0', 'type', 'ipvlan', 'mode', 'l2'))) {
    await stage.server1.process.waitForLine(/cannot make the ipvlan iv0 .* has no ipvlan/);
    await stage.server1.process.waitForLine(/FAULT.*iv0/);
    expect(stage.capture.adverts({ priority: 200 })).toEqual([]);
    return;
  }
  await stage.capture.waitForAdvert({ from: IPVLAN, priority: 200, since: started });
  await eventually('the VIP', async () => (await server1.addresses()).includes(`${VIP}/24`));
  const shown = await server1.ip('-d', 'link', 'show', 'iv0');
  expect(shown).toMatch(/ipvlan +mode l2 private/);
  expect(await server1.addresses('iv0')).toEqual([`${IPVLAN}/24`]);
  const stopped = Capture.now();
  await stage.server1.stop();
  await stage.capture.waitForAdvert({ from: IPVLAN, priority: 0, since: stopped });
  await vipMovesTo(stage, 'server2', { priority: 100, since: stopped });
  expect((await server1.attempt('ip', 'link', 'show', 'iv0')).code).not.toBe(0);
});

walkthrough('vrf', { pairs: PAIRS }, async (stage) => {
  const { server1 } = stage.lab;
  const own = '192.168.122.101';
  const unicast = `vrrp_instance VI_1 {
    version 3
    vrf blue
    virtual_router_id 51
    priority 200
    advert_int 0.2
    unicast_src_ip ${own}
    unicast_peer {
      ${SERVER2}
    }
    virtual_ipaddress {
      ${VIP}/24 dev eth0
    }
    virtual_routes {
      10.77.0.0/16 via 192.168.122.10 vrf blue
    }
  }
`;
  if (!(await has(server1, 'type', 'vrf', 'table', '10'))) {
    await stage.server1.start(unicast);
    await stage.server1.process.waitForLine(/FAULT.*blue/);
    return;
  }
  await server1.ip('link', 'add', 'blue', 'type', 'vrf', 'table', '10');
  await server1.ip('link', 'set', 'blue', 'up');
  await server1.ip('link', 'set', 'eth0', 'master', 'blue');
  // An instance on an enslaved interface, by multicast, with its virtual MAC address.
  const file = version3('0.2', [`${VIP}/24`]).replace('version 3', 'version 3\n    use_vmac');
  await stage.server2.start(asServer2(file, 100).replace('use_vmac', ''));
  await stage.server1.start(file);
  await stage.capture.waitForAdvert({ priority: 200 });
  expect(await server1.ip('-d', 'link', 'show', 'vrrp.51')).toContain('master blue');
  await stage.server2.process.waitForLine(/Entering BACKUP/);
  await stage.server1.stop();
  await stage.server2.stop();

  const peer = version3('0.2', [`${VIP}/24`])
    .replace('priority 200', 'priority 100\n unicast_peer { 192.168.122.101\n }')
    .replace('state MASTER', 'state BACKUP');
  await stage.server2.start(peer);
  await vipMovesTo(stage, 'server2', { priority: 100 });
  const started = Capture.now();
  await stage.server1.start(unicast);
  await vipMovesTo(stage, 'server1', { priority: 200, since: started });
  expect(await server1.ip('route', 'show', 'table', '10')).toContain('10.77.0.0/16');
});
