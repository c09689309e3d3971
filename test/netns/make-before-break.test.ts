import { expect } from 'vitest';
import { startAddressMonitor } from '../lab/address-monitor.ts';
import { Capture } from '../lab/capture.ts';
import { version3 } from './configs.ts';
import { SERVER1, SERVER2, VIP, startBoth, vipIsOn, vipMovesTo, walkthrough } from './stage.ts';

/** When a line of `ip -ts monitor` was written, microseconds since 1970. */
function momentOf(line: string): number {
  const [, time = ''] = /^\[(\S+?)\]/.exec(line) ?? [];
  const micros = Number(time.slice(-3));
  return Date.parse(`${time.slice(0, -3)}Z`) * 1000 + micros;
}

walkthrough(
  'an orderly stop keeps the address until the peer is MASTER',
  { notWith: { server1: 'keepalived' } },
  async (stage) => {
    await startBoth(stage, version3('1', ['192.168.122.200/24']), 100);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    const monitor = await startAddressMonitor(stage.lab.server1, ['-ts'], { TZ: 'UTC' });

    const stopped = Capture.now();
    const ended = stage.server1.stop();
    const goodbye = await stage.capture.waitForAdvert({
      from: SERVER1,
      priority: 0,
      since: stopped,
    });
    const taken = await stage.capture.waitForAdvert({ from: SERVER2, priority: 100 });
    const removed = momentOf(await monitor.waitForLine(new RegExp(`Deleted.*${VIP}`)));
    await ended;
    await vipIsOn(stage, 'server2');
    expect(taken.at).toBeGreaterThan(goodbye.at);
    expect(removed).toBeGreaterThan(taken.at);
  },
);
