import { expect } from 'vitest';
import { startAddressMonitor } from '../lab/address-monitor.ts';
import { Capture } from '../lab/capture.ts';
import { controlPath } from '../../src/observe/controlPath.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { asked } from './asking.ts';
import { version3 } from './configs.ts';
import {
  SERVER1,
  SERVER2,
  VIP,
  startBoth,
  stopBoth,
  vipIsOn,
  vipMovesTo,
  walkthrough,
} from './stage.ts';

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

walkthrough(
  'an instance that is drained keeps the address until the peer is MASTER, and no ping is lost',
  { notWith: { server1: 'keepalived' } },
  async (stage) => {
    await startBoth(stage, version3('1', ['192.168.122.200/24']), 100);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    const monitor = await startAddressMonitor(stage.lab.server1, ['-ts'], { TZ: 'UTC' });
    const pings = await stage.lab.client.start(['ping', '-n', '-i', '0.02', '-W', '1', VIP]);
    await pings.waitForLine(/icmp_seq=10 /);

    const since = Capture.now();
    const [drained] = await asked(stage.lab.server1, (client) => client.drain('VI_1'));
    expect(drained).toEqual({ instance: 'VI_1', ok: true, sentence: 'VI_1 is drained' });
    const taken = await stage.capture.waitForAdvert({ from: SERVER2, priority: 100, since });
    const removed = momentOf(await monitor.waitForLine(new RegExp(`Deleted.*${VIP}`)));
    expect(removed).toBeGreaterThan(taken.at);
    await vipIsOn(stage, 'server2');
    const goodbyes = stage.capture.adverts({ from: SERVER1, priority: 0, since });
    expect(goodbyes).toHaveLength(1);

    await asked(stage.lab.server1, (client) => client.undrain('VI_1'));
    await vipMovesTo(stage, 'server1', { priority: 200, since: taken.at });
    await pings.stop('SIGINT');
    expect(pings.lines.join('\n')).toMatch(/ 0% packet loss/);
    await stopBoth(stage, 'server1');
  },
);

walkthrough(
  'a MASTER that nobody relieves is not drained, unless the operator insists',
  { notWith: { server1: 'keepalived', server2: 'keepalived' } },
  async (stage) => {
    const { server1 } = stage.lab;
    await stage.server1.start(version3('0.1', ['192.168.122.200/24']));
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200 });
    await vipIsOn(stage, 'server1');
    const monitor = await startAddressMonitor(server1, []);
    const drain = async (...args: string[]) => {
      const place = controlPath({ namespace: server1.namespace, instance: undefined });
      const argv = [process.execPath, FAILOVERD, 'drain', '--socket', place, ...args];
      const command = await server1.start(argv, { name: 'drain' });
      const { code } = await command.ended;
      return `${code}: ${command.lines.join('\n')}`;
    };

    expect(await drain()).toMatch(
      /^1: VI_1 stays MASTER: no other router has taken over within 0\.2 s \(--force/,
    );
    const since = Capture.now();
    await stage.capture.waitForAdvert({ from: SERVER1, priority: 200, since });
    expect(monitor.lines.filter((line) => line.includes(VIP))).toEqual([]);

    expect(await drain('VI_1', '--force')).toBe('0: VI_1 is drained');
    await vipIsOn(stage, 'none');
  },
);
