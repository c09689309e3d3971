// Rather an unfit router than none, seen on the wire and with a peer that does not know the policy.

import { Capture } from '../lab/capture.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { SERVER1, stopBoth, vipMovesTo, walkthrough } from './stage.ts';

const FILE = `
vrrp_track_file gateway {
    file /run/gateway
    weight 0
}
vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 200
    advert_int 1
    @failoverd never_nobody on
    virtual_ipaddress {
        192.168.122.200/24
    }
    track_file {
        gateway
    }
}
`;

// keepalived skips the line that begins with @failoverd.
walkthrough(
  'never nobody: an unfit router serves until a fit one is heard',
  { notWith: { server1: 'keepalived' } },
  async (stage) => {
    const { server1, server2 } = stage.lab;
    server1.writeRun('gateway', '0\n');
    server2.writeRun('gateway', '0\n');
    await stage.server1.start(FILE);
    await vipMovesTo(stage, 'server1', { priority: 200 });

    // Alone and unfit: it goes on, and says how fit it is.
    const unfit = Capture.now();
    server1.writeRun('gateway', '1\n');
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 1, since: unfit });
    await vipMovesTo(stage, 'server1', { priority: 1 });

    const heard = Capture.now();
    await stage.server2.start(asServer2(FILE, 100));
    await vipMovesTo(stage, 'server2', { priority: 100, since: heard });

    const gone = Capture.now();
    await stage.server2.stop();
    await vipMovesTo(stage, 'server1', { priority: 1, since: gone });

    const back = Capture.now();
    await stage.server2.start(asServer2(FILE, 100));
    await vipMovesTo(stage, 'server2', { priority: 100, since: back });

    const fit = Capture.now();
    server1.writeRun('gateway', '0\n');
    await vipMovesTo(stage, 'server1', { priority: 200, since: fit });
    await stopBoth(stage, 'server1');
  },
);
