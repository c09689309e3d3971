import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { noOtherHttpd, startHttpd } from './httpd.ts';
import { SERVER1, startBoth, stopBoth, vipMovesTo, walkthrough, type Stage } from './stage.ts';

const FILE = walkthroughFile('1-process.conf');

/** httpd runs on server1, stops and starts again; server2 advertises 250 when it is MASTER. */
async function httpdStopsAndStarts(stage: Stage, priority2: number): Promise<void> {
  const httpd = await startHttpd(stage.lab.server1);
  await startBoth(stage, FILE, priority2);
  await vipMovesTo(stage, 'server1', { priority: 254 });

  const stopped = Capture.now();
  await httpd.stop();
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 244, since: stopped });
  await vipMovesTo(stage, 'server2', { priority: 250, since: stopped });

  const started = Capture.now();
  await startHttpd(stage.lab.server1);
  await vipMovesTo(stage, 'server1', { priority: 254, since: started });
  await stopBoth(stage, 'server1');
}

// server2 has a process table of its own, where no httpd runs. Its priority lies between the two
// that server1 has with and without httpd. server1 hears of processes from the kernel.
walkthrough(
  'walkthrough 1: a process',
  { privatePids: ['server2'], alone: true },
  async (stage) => {
    await noOtherHttpd();
    await httpdStopsAndStarts(stage, 250);

    const { droppedByKernel } = await stage.capture.stop();
    expect(droppedByKernel).toBe(0);
    const fields = ['vrrp.version', 'vrrp.virt_rtr_id', 'vrrp.auth_type', 'vrrp.adver_int'];
    const adverts = await stage.capture.dissect('vrrp', fields);
    const distinct = new Set(adverts.map((row) => Object.values(row).join(' ')));
    expect(distinct).toEqual(new Set(['2 51 1 1']));
  },
);

// As in containers: each router has its own process table, httpd runs on both, and the kernel
// tells nobody of processes. keepalived as server1 would not notice that httpd ended.
walkthrough(
  'walkthrough 1: a process, in containers',
  { privatePids: ['server1', 'server2'], notWith: { server1: 'keepalived' } },
  async (stage) => {
    await startHttpd(stage.lab.server2);
    await httpdStopsAndStarts(stage, 240);
  },
);
