import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { noOtherHttpd, startHttpd } from './httpd.ts';
import { blockProbe, freeProbe, installCheck } from './probe.ts';
import {
  SERVER1,
  SERVER2,
  startBoth,
  stopBoth,
  vipIsOn,
  vipMovesTo,
  walkthrough,
  type Stage,
} from './stage.ts';

const FILE = walkthroughFile('6-several.conf');
const TRACKED = 'my_app/vrrp_track_file';

/** server1: 244 + 10 (httpd) - 10 (file) + 5 (ens9) = 249. server2: 240 - 1 + 5 = 244. */
async function begin(stage: Stage): Promise<void> {
  const { server1, server2 } = stage.lab;
  installCheck(server1);
  installCheck(server2);
  server1.writeRun(TRACKED, '-10\n');
  server2.writeRun(TRACKED, '-1\n');
  await startBoth(stage, FILE, 240);
  await vipMovesTo(stage, 'server1', { priority: 249 });
}

walkthrough(
  'walkthrough 6: several at once',
  { privatePids: ['server2'], alone: true, programs: ['nft', 'ping'] },
  async (stage) => {
    const { server1 } = stage.lab;
    await noOtherHttpd();
    const httpd = await startHttpd(server1);
    await begin(stage);

    // The sum counts: without httpd 239, and with a file of -3 again 246.
    const stopped = Capture.now();
    await httpd.stop();
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 239, since: stopped });
    await vipMovesTo(stage, 'server2', { priority: 244, since: stopped });
    const raised = Capture.now();
    server1.writeRun(TRACKED, '-3\n');
    await vipMovesTo(stage, 'server1', { priority: 246, since: raised });

    // FAULT wins over any weight ...
    await startHttpd(server1);
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 254 });
    const blocked = Capture.now();
    await blockProbe(server1);
    const goodbye = await stage.capture.waitForAdvert({
      from: SERVER1,
      priority: 0,
      since: blocked,
    });
    await vipMovesTo(stage, 'server2', { priority: 244, since: blocked });

    // ... and ends when the last of its causes does. Eight adverts of the other router are time
    // for the three successes that end the script's part and for the takeover that would follow.
    server1.writeRun(TRACKED, '-254\n');
    const freed = Capture.now();
    await freeProbe(server1);
    await eventually(
      'eight adverts of server2',
      () => stage.capture.adverts({ from: SERVER2, since: freed }).length >= 8,
    );
    const spoken = stage.capture.adverts({ from: SERVER1, since: goodbye.at });
    expect(spoken.filter((advert) => advert.priority !== 0)).toEqual([]);
    await vipIsOn(stage, 'server2');
    const mended = Capture.now();
    server1.writeRun(TRACKED, '-10\n');
    await vipMovesTo(stage, 'server1', { priority: 249, since: mended });
    await stopBoth(stage, 'server1');
  },
);
