// old_unicast_checksum: unicast adverts of VRRPv3 summed up as if they went to the multicast group, as
// keepalived did before 1.3.6. Debian's still can, and is the peer; Python works out the sums.

import { expect } from 'vitest';
import { advertFacts, type AdvertFacts } from '../lab/advert-facts.ts';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, walkthrough, type Stage } from './stage.ts';

function instance(which: 'server1' | 'server2', priority: number, keyword: string): string {
  const [own, peer] = which === 'server1' ? [SERVER1, SERVER2] : [SERVER2, SERVER1];
  return `vrrp_instance VI_1 {
  version 3
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int 0.2
  garp_master_delay 0
  unicast_src_ip ${own}
  unicast_peer {
    ${peer}
  }
  ${keyword}
  virtual_ipaddress {
    ${VIP}/24
  }
}
`;
}

/** The forms in which each router's adverts were summed up from now on, until both were heard enough. */
async function forms(stage: Stage, from: readonly string[]): Promise<Record<string, string[]>> {
  const witness = await Capture.start(stage.lab.client, 'eth0', 'ip proto 112');
  await eventually('some adverts', () =>
    from.every((one) => witness.adverts({ from: one }).length > 5),
  );
  await witness.stop();
  const seen = (await advertFacts(witness)).filter(({ priority }) => priority !== 0);
  const of = (one: string): AdvertFacts[] => seen.filter(({ source }) => source === one);
  const senders = [...new Set(seen.map(({ source }) => source))].toSorted();
  return Object.fromEntries(
    senders.map((one) => [one, [...new Set(of(one).map(({ checksum }) => checksum))].toSorted()]),
  );
}

const PAIRS = ['keepalived+failoverd', 'failoverd+keepalived'];
const unicast = { pairs: PAIRS, hub: true, programs: ['python3'] };

walkthrough('the old sum is understood and used, in both roles', unicast, async (stage) => {
  const keyword = 'old_unicast_checksum';
  await stage.server1.start(instance('server1', 200, keyword));
  await vipIsOn(stage, 'server1');
  await stage.server2.start(instance('server2', 100, keyword));
  // The second one hears the first one, or it would speak as well.
  expect(await forms(stage, [SERVER1])).toEqual({ [SERVER1]: ['group'] });
  await stage.server1.stop();
  await vipIsOn(stage, 'server2');
  expect(await forms(stage, [SERVER2])).toEqual({ [SERVER2]: ['group'] });
});

walkthrough('without the keyword the sum is the right one', unicast, async (stage) => {
  await stage.server1.start(instance('server1', 200, ''));
  await vipIsOn(stage, 'server1');
  await stage.server2.start(instance('server2', 100, ''));
  expect(await forms(stage, [SERVER1])).toEqual({ [SERVER1]: ['own'] });
});

walkthrough(
  'who hears the old sum goes over to it',
  { ...unicast, pairs: ['keepalived+failoverd'] },
  async (stage) => {
    await stage.server1.start(instance('server1', 200, 'old_unicast_checksum'));
    await vipIsOn(stage, 'server1');
    await stage.server2.start(instance('server2', 100, ''));
    expect(await forms(stage, [SERVER1])).toEqual({ [SERVER1]: ['group'] });
    await stage.server1.stop();
    await vipIsOn(stage, 'server2');
    expect(await forms(stage, [SERVER2])).toEqual({ [SERVER2]: ['group'] });
  },
);

walkthrough(
  'with never it is refused: two masters',
  { ...unicast, pairs: ['keepalived+failoverd'] },
  async (stage) => {
    await stage.server1.start(instance('server1', 200, 'old_unicast_checksum'));
    await vipIsOn(stage, 'server1');
    await stage.server2.start(instance('server2', 100, 'old_unicast_checksum never'));
    await stage.server2.process.waitForLine(/refused: its checksum is wrong/);
    await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
  },
);
