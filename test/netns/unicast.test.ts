import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { routerDaemon } from '../lab/router-daemon.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, vipIsOn, walkthrough } from './stage.ts';

interface Wishes {
  readonly own: string;
  readonly peers: readonly string[];
  readonly priority: number;
  readonly more?: string;
}

/** VRRPv3 by unicast, without an interface of its own unless `more` names one. */
function unicast({ own, peers, priority, more = '' }: Wishes): string {
  return `vrrp_instance VI_1 {
    version 3
    virtual_router_id 51
    priority ${priority}
    advert_int 0.1
    unicast_src_ip ${own}
    unicast_peer {
      ${peers.join('\n      ')}
    }
    ${more}
    virtual_ipaddress {
      192.168.122.200/24 dev eth0
    }
  }
`;
}

// keepalived 2.2.7 wants an interface for these addresses.
walkthrough(
  'unicast without an interface',
  { pairs: ALONE_WITH_OURSELVES, hub: true },
  async (stage) => {
    await stage.server1.start(unicast({ own: SERVER1, peers: [SERVER2], priority: 200 }));
    await stage.server2.start(unicast({ own: SERVER2, peers: [SERVER1], priority: 100 }));
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    await vipIsOn(stage, 'server1');
    const stopped = Capture.now();
    await stage.server1.stop();
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: stopped });
    await vipIsOn(stage, 'server2');
  },
);

walkthrough(
  'check_unicast_src: a stranger of higher priority is not heard',
  { pairs: ALONE_WITH_OURSELVES, hub: true },
  async (stage) => {
    const more = 'interface eth0\n    check_unicast_src';
    await stage.server1.start(unicast({ own: SERVER1, peers: [SERVER2], priority: 200, more }));
    await stage.server2.start(unicast({ own: SERVER2, peers: [SERVER1], priority: 100, more }));
    await vipIsOn(stage, 'server1');
    const stranger = routerDaemon('failoverd', stage.lab.client);
    const own = '192.168.122.10';
    await stranger.start(unicast({ own, peers: [SERVER1, SERVER2], priority: 250 }));
    await stage.capture.waitForAdvert({ from: own, priority: 250 });
    await stage.server1.process.waitForLine(/refused: the sender is not among the unicast peers/);
    const refused = Capture.now();
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: refused });
    await vipIsOn(stage, 'server1');
    await stranger.stop();
  },
);

walkthrough(
  "a peer's advert outside of its TTL limits is refused",
  { pairs: ALONE_WITH_OURSELVES, hub: true },
  async (stage) => {
    const near = `${SERVER2} min_ttl 255`;
    await stage.server1.start(unicast({ own: SERVER1, peers: [near], priority: 100 }));
    const far = 'unicast_ttl 64';
    await stage.server2.start(
      unicast({ own: SERVER2, peers: [SERVER1], priority: 200, more: far }),
    );
    await stage.server1.process.waitForLine(/refused: its TTL is outside of what is allowed/);
    const [advert] = await stage.capture.dissect(`vrrp && ip.src == ${SERVER2}`, ['ip.ttl']);
    expect(advert).toEqual({ 'ip.ttl': '64' });
  },
);

walkthrough(
  "max_ttl: a peer's advert with more is refused",
  { pairs: ALONE_WITH_OURSELVES, hub: true },
  async (stage) => {
    const far = `${SERVER2} max_ttl 64`;
    await stage.server1.start(unicast({ own: SERVER1, peers: [far], priority: 100 }));
    const near = unicast({ own: SERVER2, peers: [SERVER1], priority: 200 });
    await stage.server2.start(near);
    await stage.server1.process.waitForLine(/refused: its TTL is outside of what is allowed/);
    stage.server2.reload(near.replace('version 3', 'version 3\n    unicast_ttl 64'));
    await stage.server1.process.waitForLine(/the master is 192\.168\.122\.102/);
    await vipIsOn(stage, 'server2');
  },
);

walkthrough(
  'unicast_fault_no_peer: FAULT, and nothing is sent to the group',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const more = 'interface eth0\n    unicast_fault_no_peer';
    await stage.server1.start(unicast({ own: SERVER1, peers: [], priority: 200, more }));
    await stage.server1.process.waitForLine(/FAULT.*unicast_peer lists no router/);
    expect(stage.capture.adverts()).toEqual([]);
  },
);
