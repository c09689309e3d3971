import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually, eventuallyEqual } from '../lab/eventually.ts';
import { walkthroughFile } from '../lab/walkthroughs.ts';
import { blockProbe, freeProbe, installCheck } from './probe.ts';
import { SERVER1, startBoth, stopBoth, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

const FILE = walkthroughFile('5-notify.conf');
const PROGRAMS = { programs: ['nft', 'ping'] };

const NOTIFY_SCRIPT = `#!/bin/bash
echo "$1 $2 has transitioned to the $3 state with a priority of $4" > /var/run/keepalived_status
`;

const said = (state: string, priority: number): string =>
  `INSTANCE VI_1 has transitioned to the ${state} state with a priority of ${priority}\n`;

walkthrough('walkthrough 5: notify', PROGRAMS, async (stage) => {
  const { server1, server2 } = stage.lab;
  for (const host of [server1, server2]) {
    installCheck(host);
    host.installScript('keepalived_notify.sh', NOTIFY_SCRIPT);
  }
  const status = (host = server1): string | undefined => host.readRun('keepalived_status');
  await startBoth(stage, FILE, 200);
  await vipIsOn(stage, 'server1');
  await eventuallyEqual('what server1 notified', status, said('MASTER', 244));
  await eventuallyEqual('what server2 notified', () => status(server2), said('BACKUP', 200));

  await blockProbe(server1);
  await eventuallyEqual('what server1 notified', status, said('FAULT', 244));
  await eventuallyEqual('what server2 notified', () => status(server2), said('MASTER', 200));
  await vipIsOn(stage, 'server2');

  const freed = Capture.now();
  await freeProbe(server1);
  await eventuallyEqual('what server1 notified', status, said('MASTER', 244));
  await vipMovesTo(stage, 'server1', { priority: 244, since: freed });
  await stopBoth(stage, 'server1');
  await eventuallyEqual('what server1 notified', status, said('STOP', 244));
});

const EVERY_NOTIFY = `    notify_master "/usr/local/bin/tell.sh master"
    notify_backup "/usr/local/bin/tell.sh backup"
    notify_fault "/usr/local/bin/tell.sh fault"
    notify_stop "/usr/local/bin/tell.sh stop"
    notify "/usr/local/bin/tell.sh any"
`;
const TELL_SCRIPT = '#!/bin/sh\necho "$@" >> /var/run/told\n';

walkthrough('walkthrough 5: a notify script for each state', PROGRAMS, async (stage) => {
  const { server1, server2 } = stage.lab;
  for (const host of [server1, server2]) {
    installCheck(host);
    host.installScript('tell.sh', TELL_SCRIPT);
  }
  const told = (): string[] => server1.readRun('told')?.split('\n').slice(0, -1) ?? [];
  await startBoth(stage, FILE.replace(/^ *notify .*\n/m, EVERY_NOTIFY), 200);
  await vipIsOn(stage, 'server1');

  const blocked = Capture.now();
  await blockProbe(server1);
  await stage.capture.waitForAdvert({ from: SERVER1, priority: 0, since: blocked });
  await vipIsOn(stage, 'server2');
  await freeProbe(server1);
  await vipIsOn(stage, 'server1');
  await stopBoth(stage, 'server1');

  const rise = ['backup', 'any INSTANCE VI_1 BACKUP 244', 'master', 'any INSTANCE VI_1 MASTER 244'];
  const fault = ['fault', 'any INSTANCE VI_1 FAULT 244'];
  const stop = ['stop', 'any INSTANCE VI_1 STOP 244'];
  const expected = [...rise, ...fault, ...rise, ...stop];
  await eventually('every script to have run', () => told().length >= expected.length);
  // keepalived starts the scripts of a transition without waiting for one another.
  const inOrder = stage.server1.kind === 'failoverd';
  const order = (lines: string[]): string[] => (inOrder ? lines : lines.toSorted());
  expect(order(told())).toEqual(order(expected));
});
