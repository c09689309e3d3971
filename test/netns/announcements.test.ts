// How fast a MASTER announces: limits of an interface and of a garp_group, and no faster than
// that whatever is to be announced.

import { expect } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import { hostMac } from '../lab/lab.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, VIP, walkthrough, type Stage } from './stage.ts';

const alone = { pairs: ALONE_WITH_OURSELVES };
const SECOND_VIP = '192.168.122.201';

function config(limits: string): string {
  return `global_defs {
  vrrp_garp_master_delay 0
  vrrp_garp_master_repeat 3
  ${limits}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 200
  version 3
  advert_int 0.1
  virtual_ipaddress {
    ${VIP}/24
    ${SECOND_VIP}/24
  }
}
`;
}

/** Moments of all announcements, in seconds since the first. */
async function announced(stage: Stage, count: number): Promise<number[]> {
  const mac = hostMac('server1');
  const seen = () => [VIP, SECOND_VIP].flatMap((vip) => stage.capture.announcements(vip, mac));
  await eventually(`${count} announcements`, () => seen().length >= count);
  const moments = seen()
    .map(({ at }) => at)
    .toSorted((a, b) => a - b);
  return moments.map((at) => (at - (moments[0] ?? 0)) / 1e6);
}

walkthrough('vrrp_garp_interval: one after the other', alone, async (stage) => {
  await stage.server1.start(config('vrrp_garp_interval 0.3\n}'));
  const moments = await announced(stage, 6);
  // Five gaps; a frame may be stamped a little late, so that the next seems to come early.
  expect(moments.at(-1)).toBeGreaterThan(1.4);
  // Meanwhile the adverts kept their pace.
  expect(stage.capture.advertsFrom(SERVER1).length).toBeGreaterThan(8);
  await stage.server1.stop();
});

walkthrough('garp_group: before the limit of all', alone, async (stage) => {
  const group = 'garp_group {\n  garp_interval 0.2\n  interfaces {\n    eth0\n  }\n}';
  await stage.server1.start(config(`vrrp_garp_interval 1000\n}\n${group}`));
  const moments = await announced(stage, 6);
  expect(moments.at(-1)).toBeGreaterThan(0.9);
  await stage.server1.stop();
});
