// Processors that others have: twice as many busy loops as processors, with normal and then with real-time
// scheduling. The backup hears every advert that it needs, and takes nothing.

import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import type { Host } from '../lab/host.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, startBoth, stopBoth, VIP, vipIsOn, walkthrough } from './stage.ts';

const BUSY_MS = 3000;
/** Below the engine's priority of 50, above all that is not real-time. */
const HOGS: Readonly<Record<string, readonly string[]>> = {
  normal: [],
  'real-time': ['chrt', '--rr', '10'],
};

async function hog(host: Host, scheduling: readonly string[]): Promise<void> {
  const seconds = String(BUSY_MS / 1000);
  const one = ['timeout', seconds, ...scheduling, 'sh', '-c', 'while :; do :; done'];
  const all = Array.from({ length: 2 * os.availableParallelism() }, () => host.start(one));
  const started = await Promise.all(all);
  await Promise.all(started.map((process) => process.ended));
}

walkthrough(
  'all processors busy',
  { pairs: ALONE_WITH_OURSELVES, programs: ['chrt'] },
  async (stage) => {
    await startBoth(stage, version3('0.1', [`${VIP}/24`]), 100);
    await vipIsOn(stage, 'server1');
    await stage.server2.process.waitForLine(/the master is/);
    const settled = Capture.now();
    for (const [name, scheduling] of Object.entries(HOGS)) {
      const since = Capture.now();
      await hog(stage.lab.client, scheduling);
      await sleep(100);
      const served = stage.capture.adverts({ from: SERVER1, since });
      expect(served.length, name).toBeGreaterThan(BUSY_MS / 100 / 2);
    }
    expect(stage.capture.adverts({ from: SERVER2, since: settled })).toEqual([]);
    expect(stage.capture.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
    await stopBoth(stage, 'server1');
  },
);
