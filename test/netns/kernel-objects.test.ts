// Addresses, routes and rules with every option, side by side with keepalived on the same host:
// what `ip` shows must be the same. Then what somebody removes comes back, and nothing is left
// behind: after a stop, and after a kill by the guardian and `failoverd cleanup`.

import { expect, test } from 'vitest';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { kernelState, type KernelState } from '../lab/kernel-state.ts';
import { Lab } from '../lab/lab.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD, routerDaemon, type DaemonKind } from '../lab/router-daemon.ts';

/** The last thing that either daemon adds on its way to MASTER. */
const LAST = '9999: from 10.9.9.9';

const CONFIG = `
global_defs {
  router_id R
  vrrp_garp_master_delay 0
}
static_ipaddress {
  10.1.0.1/24 dev ens9
  10.1.1.2/24 brd + dev ens9 scope link label ens9:st
  2001:db8:1::1/64 dev ens9
}
static_routes {
  10.2.0.0/16 via 10.1.0.9 dev ens9
  10.3.0.0/16 dev ens9 table 77 metric 5
  2001:db8:2::/48 via 2001:db8:1::9 dev ens9
  blackhole 10.99.0.0/16
}
static_rules {
  from 10.3.0.0/16 table 77 priority 7700
}
vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 200
  advert_int 0.2
  version 3
  virtual_ipaddress {
    192.168.122.200/24
    192.168.122.201/24 brd 192.168.122.255 dev eth0 label eth0:vip
    192.168.122.202/32 scope host
    172.16.1.1/30 brd + dev ens9 noprefixroute
  }
  virtual_ipaddress_excluded {
    2001:db8:122::200/64
    2001:db8:122::201/128 dev ens9 preferred_lft forever
    2001:db8:122::202/64 dev ens9 home -nodad
    2001:db8:122::203/64 dev ens9 mngtmpaddr
  }
  virtual_routes {
    10.10.0.0/16 via 192.168.122.10
    10.11.0.0/16 src 192.168.122.200 dev eth0
    10.12.0.0/16 via 192.168.122.10 dev eth0 table 100 metric 7 mtu 1400 advmss lock 1300
    10.13.0.0/16 via 192.168.122.10 onlink dev eth0 tos 0x10 window 4000 initcwnd 11 hoplimit 9
    10.14.0.0/16 nexthop via 192.168.122.10 dev eth0 weight 2 nexthop via 10.1.0.9 dev ens9 weight 3
    unreachable 10.15.0.0/16 metric 9
    prohibit 10.16.0.0/16
    throw 10.17.0.0/16 table 100
    default via 192.168.122.10 table 101
    10.18.0.0/16 dev eth0 scope link realms 5/6 features ecn quickack 1
    10.19.0.0/17 dev eth0 rtt 102 rttvar 1000 rto_min 300
    10.19.128.0/17 dev eth0 rtt lock 2.5s rttvar 300ms rto_min 100
    2001:db8:3::/48 via 2001:db8:122::10 dev eth0 metric 33 pref high
    2001:db8:4::/48 dev eth0 mtu 1300
    blackhole 2001:db8:5::/48
  }
  virtual_rules {
    from 10.20.0.0/16 table 100 priority 1001
    to 10.21.0.0/16 lookup 101 priority 1002 fwmark 0x10/0xff
    not from 10.22.0.0/16 iif eth0 oif ens9 table 100 priority 1003
    from 10.23.0.0/16 tos 0x10 priority 1004 table main suppress_prefixlength 4
    from 10.24.0.0/16 uidrange 100-200 priority 1005 unreachable
    from 10.25.0.0/16 ipproto tcp dport 80-90 sport 1000-2000 priority 1006 prohibit
    from 10.26.0.0/16 goto 9999 priority 1007
    from 2001:db8:6::/48 table 100 priority 1008
    from 10.27.0.0/16 blackhole priority 1009
    from 10.9.9.9 table 100 priority 9999
  }
}
`;

const missing = whatIsMissing([...LAB_PROGRAMS, 'keepalived']);

async function isMaster(host: Host): Promise<KernelState> {
  await eventually('the last rule of a MASTER', async () =>
    (await kernelState(host)).rules.some((line) => line.startsWith(LAST)),
  );
  return kernelState(host);
}

/** What `kind` makes of the file; the kernel must be as before when it has stopped. */
async function played(host: Host, kind: DaemonKind): Promise<KernelState> {
  const before = await kernelState(host);
  const daemon = routerDaemon(kind, host);
  await daemon.start(CONFIG);
  try {
    const state = await isMaster(host);
    await daemon.stop();
    await eventuallyEqual(`the kernel after ${kind}`, () => kernelState(host), before);
    return state;
  } catch (error) {
    throw new Error(daemon.logs(), { cause: error });
  }
}

test.runIf(missing === '')(`the same objects as keepalived's ${missing}`, async () => {
  const lab = await Lab.create();
  try {
    const theirs = await played(lab.server1, 'keepalived');
    const ours = await played(lab.server1, 'failoverd');
    expect(ours).toEqual(theirs);
  } finally {
    await lab.close();
  }
});

test.runIf(missing === '')(`what somebody removes comes back ${missing}`, async () => {
  const lab = await Lab.create();
  const { server1 } = lab;
  const before = await kernelState(server1);
  const daemon = routerDaemon('failoverd', server1);
  try {
    await daemon.start(CONFIG);
    const standing = await isMaster(server1);
    const removals = [
      'route del 10.10.0.0/16',
      'route del 10.12.0.0/16 table 100',
      '-6 route del 2001:db8:3::/48 dev eth0',
      'rule del priority 1001',
      '-6 rule del priority 1008',
      'route del 10.3.0.0/16 table 77',
      'rule del priority 7700',
      'addr del 10.1.1.2/24 dev ens9',
      // Takes its routes along without a word.
      'addr del 192.168.122.200/24 dev eth0',
      'link set ens9 down',
    ];
    for (const removal of removals) {
      await server1.ip(...removal.split(' '));
      if (removal.startsWith('link')) await server1.ip('link', 'set', 'ens9', 'up');
    }
    const without = ({ addresses, ...rest }: KernelState) => ({
      ...rest,
      // An interface that went down keeps no IPv6 address, and gets its link-local one anew.
      addresses: addresses.filter((line) => !line.startsWith('ens9') || line.includes('"inet"')),
    });
    const ipv4 = ({ routes }: KernelState) => routes.filter((line) => !line.includes(':'));
    await eventuallyEqual('rules', async () => (await kernelState(server1)).rules, standing.rules);
    await eventuallyEqual('routes', async () => ipv4(await kernelState(server1)), ipv4(standing));
    const seen = without(await kernelState(server1));
    expect(seen.addresses.toSorted()).toEqual(without(standing).addresses.toSorted());
    expect(daemon.logs()).not.toMatch(/MASTER -> |goodbye/);

    // The guardian takes away what belongs to a MASTER; what is static serves until the next start.
    await daemon.kill();
    const ofMaster =
      /^(1001|1002|1003|1008|9999):|^10\.1[0-9]\.|2001:db8:[345]::|192\.168\.122\.20/;
    await eventuallyEqual(
      'what belongs to a MASTER',
      async () => {
        const { routes, rules, addresses } = await kernelState(server1);
        return [...routes, ...rules, ...addresses].filter((line) => ofMaster.test(line));
      },
      [],
    );
    expect((await kernelState(server1)).rules.join()).toContain('7700:');
    const file = server1.privatePath('keepalived.conf');
    await server1.run(process.execPath, FAILOVERD, 'cleanup', '-f', file);
    await eventuallyEqual('the kernel after cleanup', () => kernelState(server1), before);
  } catch (error) {
    throw new Error(daemon.logs(), { cause: error });
  } finally {
    await lab.close();
  }
});
