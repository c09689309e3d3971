// Elections that are not decided by priority alone, with keepalived as the peer: a start that waits,
// two owners of one address, groups with trackers of their own.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import type { Host } from '../lab/host.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, vipMovesTo, walkthrough, type Stage } from './stage.ts';

const WITH_KEEPALIVED = ['failoverd+failoverd', 'failoverd+keepalived'];
const STARTUP_DELAY_S = 4;

walkthrough(
  'vrrp_startup_delay: it listens, and takes over when the delay is over',
  { pairs: WITH_KEEPALIVED },
  async (stage) => {
    await stage.server2.start(asServer2(version3('0.2', [`${VIP}/24`]), 100));
    await vipMovesTo(stage, 'server2', { priority: 100 });
    const started = Capture.now();
    const delay = `global_defs {\n  vrrp_startup_delay ${STARTUP_DELAY_S}\n}\n`;
    await stage.server1.start(delay + version3('0.2', [`${VIP}/24`]));
    await vipMovesTo(stage, 'server1', { priority: 200, since: started });
    const first = stage.capture.adverts({ from: SERVER1 })[0]?.at ?? 0;
    expect(first - started).toBeGreaterThan(STARTUP_DELAY_S * 1e6);
    // The old master has served all the while.
    const served = stage.capture.adverts({ from: SERVER2, priority: 100, since: started });
    expect(served.filter(({ at }) => at < first).length).toBeGreaterThan(STARTUP_DELAY_S * 4);
  },
);

// keepalived has it from 2.4.0 on.
walkthrough(
  'vrrp_delay_after_boot: the same, counted from the start of the machine',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const { server1 } = stage.lab;
    const clock = server1.privatePath('uptime');
    await server1.shell(`echo '100.00 50.00' > ${clock}; mount --bind ${clock} /proc/uptime`);
    const started = Capture.now();
    const after = 100 + STARTUP_DELAY_S;
    const file = version3('0.2', [`${VIP}/24`]);
    await stage.server1.start(`global_defs {\n  vrrp_delay_after_boot ${after}\n}\n${file}`);
    const first = await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    expect(first.at - started).toBeGreaterThan(STARTUP_DELAY_S * 1e6);
    await stage.server1.stop();
    // Long after it nothing is waited for.
    const again = Capture.now();
    await stage.server1.start(`global_defs {\n  vrrp_delay_after_boot 1\n}\n${file}`);
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: again });
  },
);

/** Adverts of a router since then, or of none. */
const speaks = (stage: Stage, from: string, since: number): boolean =>
  stage.capture.adverts({ from, priority: 255, since }).length > 0;

// Two owners are a mistake in the files. keepalived 2.2.7 lets them both speak for ever.
walkthrough(
  'two owners of one address: the one with the lower address gives way',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const owner = version3('0.2', [`${VIP}/24`]).replace('priority 200', 'priority 255');
    await stage.server1.start(owner);
    await vipMovesTo(stage, 'server1', { priority: 255 });
    const second = Capture.now();
    await stage.server2.start(owner);
    await vipMovesTo(stage, 'server2', { priority: 255, since: second });
    const settled = Capture.now();
    await eventually(
      'adverts of one alone',
      () => stage.capture.adverts({ from: SERVER2, since: settled }).length > 10,
    );
    expect(speaks(stage, SERVER1, settled)).toBe(false);
    await vipIsOn(stage, 'server2');
    // It comes back as soon as the other owner is gone.
    const stopped = Capture.now();
    await stage.server2.stop();
    await vipMovesTo(stage, 'server1', { priority: 255, since: stopped });
  },
);

walkthrough(
  'an owner beside another owner of keepalived keeps serving where its address is higher',
  { pairs: ['keepalived+failoverd'] },
  async (stage) => {
    const owner = version3('0.2', [`${VIP}/24`]).replace('priority 200', 'priority 255');
    await stage.server2.start(owner);
    await vipMovesTo(stage, 'server2', { priority: 255 });
    await stage.server1.start(owner);
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 255 });
    const both = Capture.now();
    await eventually(
      'more adverts of ours',
      () => stage.capture.adverts({ from: SERVER2, priority: 255, since: both }).length > 10,
    );
    expect(await stage.lab.server2.addresses()).toContain(`${VIP}/24`);
    expect(stage.capture.adverts({ from: SERVER2, priority: 0 })).toEqual([]);
  },
);

const GROUP_FILE = 'my_app/group';

/** Two instances in a group, which has the trackers: a file with a weight and an interface. */
function group(host: Host): string {
  const member = (number: number): string =>
    version3('0.2', [`192.168.122.20${number}/24`])
      .replaceAll('VI_1', `VI_${number}`)
      .replace('virtual_router_id 51', `virtual_router_id 5${number}`);
  return `vrrp_track_file load {
  file ${host.runPath(GROUP_FILE)}
  weight 1
}
vrrp_sync_group BOTH {
  sync_group_tracking_weight
  group {
    VI_1
    VI_2
  }
  track_file {
    load weight 1
  }
  track_interface {
    ens9
  }
}
${member(1)}${member(2)}`;
}

async function bothAre(stage: Stage, holder: 'server1' | 'server2'): Promise<void> {
  const vips = ['192.168.122.201/24', '192.168.122.202/24'];
  for (const name of ['server1', 'server2'] as const) {
    await eventually(`the group on ${holder}, seen from ${name}`, async () => {
      const found = await stage.lab.host(name).addresses();
      return vips.every((vip) => found.includes(vip) === (name === holder));
    });
  }
}

walkthrough(
  'a group with trackers: all of it goes, and all of it comes back',
  { pairs: [...WITH_KEEPALIVED, 'keepalived+failoverd'] },
  async (stage) => {
    const { server1, server2 } = stage.lab;
    server1.writeRun(GROUP_FILE, '0\n');
    server2.writeRun(GROUP_FILE, '0\n');
    await stage.server1.start(group(server1));
    const other = group(server2).replaceAll('state MASTER', 'state BACKUP');
    await stage.server2.start(other.replaceAll('priority 200', 'priority 100'));
    await bothAre(stage, 'server1');
    for (const vrid of [51, 52]) await stage.capture.waitForAdvert({ from: SERVER1, vrid });

    // The weight counts for every member.
    const loaded = Capture.now();
    server1.writeRun(GROUP_FILE, '-150\n');
    for (const vrid of [51, 52]) {
      await stage.capture.waitForAdvert({ from: SERVER1, vrid, priority: 50, since: loaded });
    }
    await bothAre(stage, 'server2');
    server1.writeRun(GROUP_FILE, '0\n');
    await bothAre(stage, 'server1');

    // Without a weight it is a FAULT of all of them, with a goodbye of each.
    const pulled = Capture.now();
    await server1.ip('link', 'set', 'ens9', 'down');
    for (const vrid of [51, 52]) {
      await stage.capture.waitForAdvert({ from: SERVER1, vrid, priority: 0, since: pulled });
    }
    await bothAre(stage, 'server2');
    await server1.ip('link', 'set', 'ens9', 'up');
    await bothAre(stage, 'server1');
  },
);
