import { Capture } from '../lab/capture.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { SERVER1, startBoth, stopBoth, vipMovesTo, walkthrough } from './stage.ts';

const FILE = walkthroughFile('3-interface.conf');

walkthrough('walkthrough 3: an interface', {}, async (stage) => {
  const { server1 } = stage.lab;
  await startBoth(stage, FILE, 242);
  await vipMovesTo(stage, 'server1', { priority: 249 });

  const down = Capture.now();
  await server1.ip('link', 'set', 'ens9', 'down');
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 244, since: down });
  await vipMovesTo(stage, 'server2', { priority: 247, since: down });

  const up = Capture.now();
  await server1.ip('link', 'set', 'ens9', 'up');
  await vipMovesTo(stage, 'server1', { priority: 249, since: up });
  await stopBoth(stage, 'server1');
});

walkthrough('walkthrough 3: the cable of eth0 pulled', {}, async (stage) => {
  await startBoth(stage, FILE, 242);
  await vipMovesTo(stage, 'server1', { priority: 249 });

  const pulled = Capture.now();
  await stage.lab.setCable('server1', false);
  await vipMovesTo(stage, 'server2', { priority: 247, since: pulled });

  const plugged = Capture.now();
  await stage.lab.setCable('server1', true);
  await vipMovesTo(stage, 'server1', { priority: 249, since: plugged });
  await stopBoth(stage, 'server1');
});
