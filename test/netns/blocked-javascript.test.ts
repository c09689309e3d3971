import { copyFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, startBoth, stopBoth, vipIsOn, walkthrough } from './stage.ts';

const INTERVAL_US = 10_000;
const BLOCK_MS = 3000;
const TRACKED = 'watched/by_javascript';

const PROGRAM = 'fo-blocked';

/**
 * A tracked file tells from outside whether JavaScript runs: it alone can read the file. A process's
 * death is the engine's own business.
 */
const FILE = `track_file by_javascript {
    file /var/run/${TRACKED}
}
vrrp_track_process by_engine {
    process ${PROGRAM}
    weight 20
}
${version3('0.01', ['192.168.122.200/24']).replace(
  /}\n$/,
  `    track_file {
        by_javascript weight 1
    }
    track_process {
        by_engine
    }
}
`,
)}`;

walkthrough(
  'JavaScript blocked for three seconds and 500 MB of garbage',
  {
    alone: true,
    pairs: ALONE_WITH_OURSELVES,
    env: { FAILOVERD_TEST_HOOKS: '1', FAILOVERD_TEST_BLOCK_MS: String(BLOCK_MS) },
  },
  async (stage) => {
    stage.lab.server1.writeRun(TRACKED, '0\n');
    stage.lab.server2.writeRun(TRACKED, '0\n');
    const program = stage.lab.server1.privatePath(PROGRAM);
    copyFileSync('/bin/sleep', program);
    const tracked = await stage.lab.server1.start([program, '600']);
    await startBoth(stage, FILE, 100);
    await vipIsOn(stage, 'server1');
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 220 });

    stage.server1.process.signal('SIGPWR');
    await sleep(100);
    const begin = Capture.now();
    stage.lab.server1.writeRun(TRACKED, '7\n');
    tracked.signal('SIGKILL');
    const told = await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: begin });
    const woken = await stage.capture.waitForAdvert({ from: SERVER1, priority: 207 });
    // JavaScript saw the file only when it was let go.
    expect(woken.at - begin).toBeGreaterThan((BLOCK_MS - 500) * 1000);
    expect(told.at - begin).toBeLessThan((BLOCK_MS - 1000) * 1000);
    await eventually(
      'the burst to be over',
      () => stage.capture.adverts({ from: SERVER1, since: woken.at }).length > 20,
    );

    const seen = stage.capture.adverts({ from: SERVER1, since: begin, until: woken.at });
    const due = Math.floor((woken.at - begin) / INTERVAL_US);
    expect(seen.length).toBeGreaterThanOrEqual(due - 1);
    expect(stage.capture.adverts({ from: SERVER2, since: begin })).toEqual([]);
    await stopBoth(stage, 'server1');
    expect((await stage.capture.stop()).droppedByKernel).toBe(0);
  },
);
