// Who gives way to whom, and when, with the settings that change it; keepalived is the peer wherever it
// knows them.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { forge } from '../lab/forger.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER1, SERVER2, VIP, vipIsOn, vipMovesTo, walkthrough, type Stage } from './stage.ts';

const OURS_FIRST = { pairs: ['failoverd+keepalived', 'failoverd+failoverd'] };
const OURS_SECOND = { pairs: ['keepalived+failoverd', 'failoverd+failoverd'] };
const ALONE = { pairs: ALONE_WITH_OURSELVES };

/** The router that begins, with these lines more in its block. */
function file(interval: string, ...lines: readonly string[]): string {
  const state = lines.some((line) => line.includes('preempt')) ? 'BACKUP' : 'MASTER';
  return version3(interval, [`${VIP}/24`])
    .replace('state MASTER', `state ${state}`)
    .replace('version 3', ['version 3', ...lines].join('\n    '));
}

const peer = (interval: string, priority = 100): string => asServer2(file(interval), priority);

/** Waits until so many more adverts of a router have been seen. */
async function more(stage: Stage, from: string, count: number): Promise<void> {
  const since = Capture.now();
  const what = `${count} more adverts of ${from}`;
  await eventually(what, () => stage.capture.adverts({ from, since }).length >= count);
}

walkthrough(
  'nopreempt: a better one leaves a working master alone, and takes over from a dead one',
  OURS_FIRST,
  async (stage) => {
    await stage.server2.start(peer('0.2'));
    await vipMovesTo(stage, 'server2', { priority: 100 });
    await stage.server1.start(file('0.2', 'nopreempt'));
    await stage.server1.process.waitForLine(new RegExp(`the master is ${SERVER2}`));
    await more(stage, SERVER2, 12);
    expect(stage.capture.adverts({ from: SERVER1 })).toEqual([]);
    const killed = Capture.now();
    await stage.server2.kill();
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since: killed });
    // And the worse one that comes back finds it serving.
    await stage.server2.start(peer('0.2'));
    await stage.server2.process.waitForLine(/the master is|Entering BACKUP/);
    await more(stage, SERVER1, 5);
    await vipMovesTo(stage, 'server1', { priority: 200 });
  },
);

walkthrough('preempt_delay: not before it is over', OURS_FIRST, async (stage) => {
  await stage.server2.start(peer('0.2'));
  await vipMovesTo(stage, 'server2', { priority: 100 });
  const started = Capture.now();
  await stage.server1.start(file('0.2', 'preempt_delay 3'));
  await vipMovesTo(stage, 'server1', { priority: 200, since: started });
  const [first] = stage.capture.adverts({ from: SERVER1 });
  expect((first?.at ?? 0) - started).toBeGreaterThan(3_000_000);
});

walkthrough(
  'down_timer_adverts: the backup waits for as many as it is told to',
  OURS_SECOND,
  async (stage) => {
    await stage.server1.start(file('0.2'));
    await vipMovesTo(stage, 'server1', { priority: 200 });
    const patient = peer('0.2').replace('version 3', 'version 3\n    down_timer_adverts 10');
    await stage.server2.start(patient);
    await stage.server2.process.waitForLine(new RegExp(`the master is ${SERVER1}`));
    // The cable, so that nobody says goodbye.
    await stage.lab.setCable('server1', false);
    const takeover = await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
    const last = stage.capture.adverts({ from: SERVER1, until: takeover.at }).at(-1);
    expect(takeover.at - (last?.at ?? takeover.at)).toBeGreaterThan(2_000_000);
  },
);

walkthrough(
  'VRRPv3: a backup waits by the interval of its master, not by its own',
  OURS_SECOND,
  async (stage) => {
    await stage.server1.start(file('1'));
    await vipMovesTo(stage, 'server1', { priority: 200 });
    await stage.server2.start(peer('0.1'));
    await stage.server2.process.waitForLine(new RegExp(`the master is ${SERVER1}`));
    const settled = Capture.now();
    await more(stage, SERVER1, 4);
    expect(stage.capture.adverts({ from: SERVER2, since: settled })).toEqual([]);
  },
);

/** Adverts of server1 between a forged one and the end of its own interval. */
async function answers(stage: Stage, forged: number): Promise<number> {
  const { capture, lab } = stage;
  // Right after a regular one, so that there is time until the next.
  const own = await capture.waitForAdvert({ from: SERVER1, since: Capture.now() });
  const source = '192.168.122.10';
  const advert = { source, version: 3, vrid: 51, interval: 4, addresses: [VIP] } as const;
  await forge(lab.client, [{ ...advert, priority: forged }]);
  const heard = await capture.waitForAdvert({ from: source, since: own.at });
  await eventually('the rest of the interval', () => Capture.now() > own.at + 3_500_000);
  return capture.adverts({ from: SERVER1, since: heard.at, until: own.at + 3_500_000 }).length;
}

for (const [option, expected] of [
  ['lower_prio_no_advert off', 1],
  ['lower_prio_no_advert', 0],
] as const) {
  walkthrough(`a worse advert, ${option}: ${expected} in answer`, ALONE, async (stage) => {
    await stage.server1.start(file('4', option, 'garp_lower_prio_repeat 0'));
    await vipIsOn(stage, 'server1');
    expect(await answers(stage, 50)).toBe(expected);
    await vipIsOn(stage, 'server1');
  });
}

// docs/adr/0002-who-yields-says-so.md: without a word, too, but not in strict mode.
for (const [option, expected] of [
  ['higher_prio_send_advert', 1],
  ['higher_prio_send_advert off', 1],
  ['strict_mode', 0],
] as const) {
  walkthrough(`a better advert, ${option}: ${expected} before it yields`, ALONE, async (stage) => {
    await stage.server1.start(file('4', option).replace('state MASTER', 'state BACKUP'));
    await vipIsOn(stage, 'server1');
    expect(await answers(stage, 250)).toBe(expected);
    await stage.server1.process.waitForLine(/MASTER -> BACKUP/);
    expect(stage.capture.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
  });
}
