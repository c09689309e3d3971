import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventuallyEqual } from '../lab/eventually.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { blockProbe, freeProbe, installCheck } from './probe.ts';
import { SERVER1, startBoth, stopBoth, vipMovesTo, walkthrough } from './stage.ts';

const FILE = walkthroughFile('4-script.conf');
const PROGRAMS = { programs: ['nft', 'ping'] };

walkthrough('walkthrough 4: a script', PROGRAMS, async (stage) => {
  const { server1, server2 } = stage.lab;
  installCheck(server1);
  installCheck(server2);
  await startBoth(stage, FILE, 200);
  await vipMovesTo(stage, 'server1', { priority: 244 });

  const blocked = Capture.now();
  await blockProbe(server1);
  await vipMovesTo(stage, 'server2', { priority: 200, since: blocked });
  const goodbye = await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: blocked });
  // Three failures in a row are asked for, and a probe of the first has a second to fail in.
  expect(goodbye.at - blocked).toBeGreaterThan(2_000_000);

  const freed = Capture.now();
  await freeProbe(server1);
  await vipMovesTo(stage, 'server1', { priority: 244, since: freed });
  await stopBoth(stage, 'server1');
});

walkthrough('walkthrough 4: a script with a weight', PROGRAMS, async (stage) => {
  const { server1, server2 } = stage.lab;
  installCheck(server1);
  installCheck(server2);
  await startBoth(stage, FILE.replace('    fall 3\n', '    fall 3\n    weight -60\n'), 200);
  await vipMovesTo(stage, 'server1', { priority: 244 });

  const blocked = Capture.now();
  await blockProbe(server1);
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 184, since: blocked });
  await vipMovesTo(stage, 'server2', { priority: 200, since: blocked });
  expect(stage.capture.adverts({ from: SERVER1, priority: 0, since: blocked })).toEqual([]);

  const freed = Capture.now();
  await freeProbe(server1);
  await vipMovesTo(stage, 'server1', { priority: 244, since: freed });
  await stopBoth(stage, 'server1');
});

walkthrough('walkthrough 4: a script as another user', {}, async (stage) => {
  const config = FILE.replace('    fall 3\n', '    fall 3\n    user nobody\n');
  for (const host of [stage.lab.server1, stage.lab.server2]) {
    await host.shell('mkdir -m 777 /run/who');
    host.installScript('keepalived_check.sh', '#!/bin/sh\nid -un > /run/who/user\n');
  }
  await startBoth(stage, config, 200);
  await vipMovesTo(stage, 'server1', { priority: 244 });
  for (const host of [stage.lab.server1, stage.lab.server2]) {
    await eventuallyEqual('the user of the script', () => host.readRun('who/user'), 'nobody\n');
  }
  await stopBoth(stage, 'server1');
});
