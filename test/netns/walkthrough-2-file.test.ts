import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { SERVER1, startBoth, stopBoth, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

const FILE = walkthroughFile('2-file.conf');
const TRACKED = 'my_app/vrrp_track_file';

walkthrough('walkthrough 2: a file', {}, async (stage) => {
  const { server1, server2 } = stage.lab;
  server1.writeRun(TRACKED, '5\n');
  server2.writeRun(TRACKED, '8\n');
  await startBoth(stage, FILE, 240);
  await vipMovesTo(stage, 'server1', { priority: 249 });
  const [advert] = stage.capture.adverts({ from: SERVER1, priority: 249 });
  expect(advert?.text).toContain(
    'VRRPv2, Advertisement, vrid 51, prio 249, authtype simple, intvl 1s, length 20',
  );

  const raised = Capture.now();
  server1.writeRun(TRACKED, '6\n');
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 250, since: raised });
  await vipIsOn(stage, 'server1');

  const lowered = Capture.now();
  server1.writeRun(TRACKED, '2\n');
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 246, since: lowered });
  await vipMovesTo(stage, 'server2', { priority: 248, since: lowered });

  const restored = Capture.now();
  server1.writeRun(TRACKED, '6\n');
  await vipMovesTo(stage, 'server1', { priority: 250, since: restored });
  await stopBoth(stage, 'server1');
});

walkthrough('walkthrough 2: a file with weight 0', {}, async (stage) => {
  const { server1, server2 } = stage.lab;
  server1.writeRun(TRACKED, '0\n');
  server2.writeRun(TRACKED, '0\n');
  await startBoth(stage, FILE.replace('weight 1', 'weight 0'), 200);
  await vipMovesTo(stage, 'server1', { priority: 244 });

  const failed = Capture.now();
  server1.writeRun(TRACKED, '3\n');
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: failed });
  await vipMovesTo(stage, 'server2', { priority: 200, since: failed });

  const mended = Capture.now();
  server1.writeRun(TRACKED, '0\n');
  await vipMovesTo(stage, 'server1', { priority: 244, since: mended });
  await stopBoth(stage, 'server1');
});

walkthrough('walkthrough 2: a file that says -254', {}, async (stage) => {
  const { server1, server2 } = stage.lab;
  server1.writeRun(TRACKED, '0\n');
  server2.writeRun(TRACKED, '0\n');
  await startBoth(stage, FILE, 200);
  await vipMovesTo(stage, 'server1', { priority: 244 });

  const failed = Capture.now();
  server1.writeRun(TRACKED, '-254\n');
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: failed });
  await vipMovesTo(stage, 'server2', { priority: 200, since: failed });

  const mended = Capture.now();
  server1.writeRun(TRACKED, '1\n');
  await vipMovesTo(stage, 'server1', { priority: 245, since: mended });
  await stopBoth(stage, 'server1');
});
