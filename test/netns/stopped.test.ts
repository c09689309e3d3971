// A router that stands still, as under a debugger, a paused virtual machine or a starved host, and
// comes back: it reads before it judges, and listens before it speaks.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { hostMac } from '../lab/lab.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, startBoth, VIP, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

/** RFC 9568 §6.1 for priority 100 and an interval of 0.1 s, in milliseconds. */
const MASTER_DOWN_INTERVAL_MS = 300 + (100 * 156) / 256;
const FACTORS = [0.5, 2, 10];

walkthrough(
  'a master that is stopped for half to ten times what its backup waits',
  { pairs: ['failoverd+failoverd', 'failoverd+keepalived'] },
  async (stage) => {
    await startBoth(stage, version3('0.1', [`${VIP}/24`]), 100);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    for (const factor of FACTORS) {
      stage.server1.process.signal('SIGSTOP');
      await sleep(factor * MASTER_DOWN_INTERVAL_MS);
      const resumed = Capture.now();
      stage.server1.process.signal('SIGCONT');
      await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: resumed });
      await vipIsOn(stage, 'server1');
      if (stage.capture.adverts({ from: SERVER2, priority: 100 }).length === 0) continue;
      // Clients believed the other one meanwhile: the winner has the last word.
      await stage.capture.waitForAnnouncement(VIP, hostMac('server1'), resumed);
      const [winner, loser] = [hostMac('server1'), hostMac('server2')].map(
        (mac) => stage.capture.announcements(VIP, mac).at(-1)?.at ?? 0,
      );
      expect(winner).toBeGreaterThan(loser ?? 0);
    }
    // The longest absence was long enough for anybody to take over.
    expect(stage.capture.adverts({ from: SERVER2, priority: 100 })).not.toEqual([]);
  },
);

walkthrough(
  'a backup that is stopped takes nothing from a living master',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    await startBoth(stage, version3('0.1', [`${VIP}/24`]), 100);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    await stage.server2.process.waitForLine(/BACKUP/);
    const settled = Capture.now();
    for (const factor of FACTORS) {
      stage.server2.process.signal('SIGSTOP');
      await sleep(factor * MASTER_DOWN_INTERVAL_MS);
      const resumed = Capture.now();
      stage.server2.process.signal('SIGCONT');
      // It has had the time to say something; the master is heard meanwhile.
      await sleep(2 * MASTER_DOWN_INTERVAL_MS);
      await stage.capture.waitForAdvert({ from: SERVER1, since: resumed });
    }
    expect(stage.capture.adverts({ from: SERVER2, since: settled })).toEqual([]);
    await vipIsOn(stage, 'server1');
  },
);

// With preemption it takes over again once it has listened; this is where one can see that it had given way.
walkthrough(
  'timer_expired_backup: a master that was away comes back as BACKUP',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const file = version3('0.1', [`${VIP}/24`])
      .replace('state MASTER', 'state BACKUP')
      .replace('version 3', 'version 3\n    nopreempt\n    timer_expired_backup 100');
    await stage.server1.start(file);
    await vipIsOn(stage, 'server1');
    await stage.server2.start(
      asServer2(file.replace('timer_expired_backup', 'thread_timer_expired'), 100),
    );
    await stage.server2.process.waitForLine(/VI_1: the master is/);
    stage.server1.process.signal('SIGSTOP');
    await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
    const resumed = Capture.now();
    stage.server1.process.signal('SIGCONT');
    await stage.server1.process.waitForLine(/VI_1: MASTER -> BACKUP .*away for/);
    await vipIsOn(stage, 'server2');
    expect(stage.capture.adverts({ from: SERVER1, since: resumed })).toEqual([]);
  },
);
