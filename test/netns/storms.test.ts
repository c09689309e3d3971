// The kernel at its worst: an interface that is made, moved, renamed and removed again
// and again, and more news than the netlink socket holds.

import { expect } from 'vitest';
import { Random } from '../../src/sim/random.ts';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { disturbed, hasAddresses, OWN, stateOf, VIPS } from './scene.ts';
import { SERVER1, VIP, walkthrough, type Stage } from './stage.ts';

const EVENTS = 100_000;

disturbed('100,000 events of netlink', async ({ host, daemon, control, witness }) => {
  await host.shell('ip link add flood type veth peer name drain; ip link set flood up');
  const batch = host.privatePath('batch');
  const pair = 'addr add 10.99.0.1/32 dev flood\naddr del 10.99.0.1/32 dev flood\n';
  host.writeConfig(pair.repeat(EVENTS / 2), 'batch');
  await host.run('ip', '-batch', batch);
  expect(await stateOf(control)).toBe('MASTER');
  expect(witness.adverts({ from: SERVER1, priority: 0 })).toEqual([]);

  // Now it hears nothing of it: the kernel drops what the socket has no room for. Among the dropped
  // is that a VIP was taken away.
  daemon.signal('SIGSTOP');
  await host.run('ip', '-batch', batch);
  await host.shell(`ip addr del ${VIPS[0]} dev eth0`);
  const since = Capture.now();
  daemon.signal('SIGCONT');
  await daemon.waitForLine(/netlink.*\(ENOBUFS\)/);
  await hasAddresses(host, OWN, ...VIPS);
  await eventually('MASTER', async () => (await stateOf(control)) === 'MASTER');
  await witness.waitForAdvert({ from: SERVER1, priority: 200, since });
  await host.ip('link', 'del', 'flood');
});

const STORM = 'storm0';
const ELSEWHERE = 'elsewhere0';
type Place = 'nowhere' | 'here' | 'down' | 'renamed' | 'abroad';

/** What the interface can go through, from where it is, and where it is then. */
const STEPS: Readonly<Record<Place, readonly Place[]>> = {
  nowhere: ['here'],
  here: ['nowhere', 'down', 'renamed', 'abroad'],
  down: ['nowhere', 'here', 'renamed'],
  renamed: ['here', 'nowhere'],
  abroad: ['here', 'nowhere'],
};

const UP = `ip link set ${STORM} up; ip addr replace 10.70.0.1/24 dev ${STORM}`;

function command(from: Place, to: Place, here: string, there: string): string {
  const name = from === 'renamed' ? ELSEWHERE : STORM;
  const back = `ip -n ${there} link set ${STORM} netns ${here}; ${UP}`;
  if (to === 'nowhere') return `ip ${from === 'abroad' ? `-n ${there} ` : ''}link del ${name}`;
  if (to === 'abroad') return `ip link set ${STORM} netns ${there}`;
  if (to === 'renamed') return `ip link set ${STORM} down; ip link set ${STORM} name ${ELSEWHERE}`;
  if (to === 'down') return `ip link set ${STORM} down`;
  if (from === 'abroad') return back;
  if (from === 'renamed') return `ip link set ${ELSEWHERE} name ${STORM}; ${UP}`;
  if (from === 'down') return UP;
  return `ip link add ${STORM} type veth peer name witness; ip link set witness up; ${UP}`;
}

function onStorm(): string {
  return `vrrp_instance VI_1 {
  interface ${STORM}
  virtual_router_id 51
  priority 200
  version 3
  advert_int 0.05
  virtual_ipaddress {
    ${VIP}/24
  }
}
`;
}

/** The addresses of the interface, whatever it is called; none when it is not on this host. */
async function addressesThere(host: Host): Promise<readonly string[]> {
  for (const name of [STORM, ELSEWHERE]) {
    const found = await host.attempt('ip', 'link', 'show', 'dev', name);
    if (found.code === 0) return (await host.addresses(name)).toSorted();
  }
  return [];
}

async function settles(stage: Stage, place: Place): Promise<void> {
  const { server1 } = stage.lab;
  const serves = place === 'here';
  const wanted = serves ? ['10.70.0.1/24', `${VIP}/24`] : [];
  const look = async (): Promise<readonly string[]> =>
    (await addressesThere(server1)).filter((one) => serves || one === `${VIP}/24`);
  await eventuallyEqual(`${VIP} with ${STORM} ${place}`, look, wanted);
}

walkthrough(
  'an interface that is made, moved, renamed and removed hundreds of times',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const { server1, server2 } = stage.lab;
    await stage.server1.start(`global_defs {\n  dynamic_interfaces\n}\n${onStorm()}`);
    const random = new Random('storm');
    let place: Place = 'nowhere';
    for (let round = 0; round < 10; round += 1) {
      const commands: string[] = [];
      for (let step = 0; step < 30; step += 1) {
        const next: Place = random.pick(STEPS[place]);
        commands.push(command(place, next, server1.namespace, server2.namespace));
        place = next;
      }
      await server1.shell(commands.join('\n'));
      await settles(stage, place);
    }
    if (place !== 'here') {
      if (place !== 'nowhere') {
        await server1.shell(command(place, 'nowhere', server1.namespace, server2.namespace));
      }
      await server1.shell(command('nowhere', 'here', server1.namespace, server2.namespace));
      await settles(stage, 'here');
    }
    expect((await stage.server1.stop()).code).toBe(0);
    expect(await server1.addresses(STORM)).toEqual(['10.70.0.1/24']);
  },
);
