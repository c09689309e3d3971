// A router that stands still, as under a debugger, a paused virtual machine or a starved host, and
// comes back: it reads before it judges, and listens before it speaks.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { hostMac } from '../lab/lab.ts';
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
