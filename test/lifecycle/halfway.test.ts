// Killed with kill -9 halfway through its start, its stop or an upgrade, together with its guardian or before
// there is one: whatever it had done by then, `failoverd cleanup` undoes, and the next daemon serves.

import { setTimeout as sleep } from 'node:timers/promises';
import { kill } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../lab/eventually.ts';
import { everyKernelObject } from '../lab/kernel-objects.ts';
import { kernelBecomes, wholeKernel } from '../lab/kernel-state.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { World } from './world.ts';

const missing = whatIsMissing([...LAB_PROGRAMS, 'nft']);

/** All that a daemon makes, and static objects. */
const FILE = everyKernelObject({
  routers: [1, 2],
  interval: 0.05,
  more: `static_ipaddress {
  10.1.0.1/24 dev ens9
}
static_routes {
  10.2.0.0/16 via 10.1.0.9 dev ens9
}
static_rules {
  from 10.3.0.0/16 table 77 priority 7700
}
`,
});

/** The settings of interfaces that a daemon changes. */
const SETTINGS =
  'cd /proc/sys/net; grep -H . ipv4/conf/{all,default,eth0,ens9}/{arp_ignore,arp_filter,rp_filter,promote_secondaries,accept_local} ipv6/conf/eth0/{autoconf,accept_ra,addr_gen_mode} ipv4/igmp_link_local_mcast_reports';

describe.runIf(missing === '')(`killed halfway ${missing}`.trim(), () => {
  let world: World;
  let file = '';
  let before: readonly string[] = [];
  let settings = '';
  const settingsNow = (): Promise<string> => world.host.run('bash', '-c', SETTINGS);

  beforeEach(async () => {
    world = await World.create();
    file = world.host.writeConfig(FILE);
    before = await wholeKernel(world.host);
    settings = await settingsNow();
  });

  afterEach(async () => {
    await world.lab.close();
  });

  /** The daemon, and its guardian in the same moment or not at all. */
  function killAll(): void {
    for (const line of world.survivors()) {
      try {
        kill(Number(line.split(' ')[0]), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }

  async function cleanedUp(what: string): Promise<void> {
    await eventually('no process', () => world.survivors().length === 0);
    const cleaned = await world.cleanup(file);
    expect(cleaned, what).toMatchObject({ code: 0 });
    try {
      await kernelBecomes(world.host, before);
      expect(await settingsNow()).toBe(settings);
    } catch (error) {
      throw new Error(`${what}: ${String(error)}\n${cleaned.text}`, { cause: error });
    }
  }

  const serves = (): Promise<true> =>
    eventually('both instances', async () => {
      const all = JSON.stringify(await wholeKernel(world.host));
      return all.includes('10.90.2.1') && all.includes('10.93.2.0') && all.includes('10.93.1.0');
    });

  it('in its start, with everything that it had started', async () => {
    for (let afterMs = 100; afterMs <= 600; afterMs += 70) {
      const daemon = await world.daemon(file);
      await sleep(afterMs);
      killAll();
      await daemon.ended;
      await cleanedUp(`killed ${afterMs} ms after its start`);
    }
  });

  it('in its stop, with everything that it had started', async () => {
    for (let afterMs = 0; afterMs <= 120; afterMs += 30) {
      const daemon = await world.daemon(file);
      await serves();
      expect(await settingsNow()).not.toBe(settings);
      daemon.signal('SIGTERM');
      await sleep(afterMs);
      killAll();
      await daemon.ended;
      await cleanedUp(`killed ${afterMs} ms after SIGTERM`);
    }
  });

  it('in an upgrade, with the one that was to follow', async () => {
    for (let afterMs = 50; afterMs <= 650; afterMs += 100) {
      const daemon = await world.daemon(file);
      await serves();
      const upgrade = await world.start(['upgrade', '-s', world.host.namespace], 'upgrade');
      await sleep(afterMs);
      killAll();
      await Promise.all([daemon.ended, upgrade.ended]);
      await cleanedUp(`killed ${afterMs} ms after the order to upgrade`);
    }
  });

  it('in its start, and the next one starts in its place', async () => {
    for (let afterMs = 120; afterMs <= 520; afterMs += 130) {
      const first = await world.daemon(file);
      await sleep(afterMs);
      killAll();
      await first.ended;
      const second = await world.daemon(file);
      await serves();
      second.signal('SIGTERM');
      await second.ended;
      await kernelBecomes(world.host, before);
      expect(await settingsNow(), `after ${afterMs} ms`).toBe(settings);
    }
  });
});
