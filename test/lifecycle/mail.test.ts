// Mail of a real daemon through a real failover: one for each state that it comes to, also when the relay
// was away meanwhile.

import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventuallyEqual } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const RELAY = path.join(import.meta.dirname, 'mailRelay.mjs');

describe.skipIf(missing !== '')(`mail of a daemon ${missing}`, () => {
  let world: World;
  beforeEach(async () => {
    world = await World.create();
  });
  afterEach(() => world.lab.close());

  it('one for each state, through failovers and over a relay that is away', async () => {
    const { host, lab } = world;
    const mails: string[] = [];
    const relay = async () => {
      const started = await host.start([process.execPath, RELAY], { name: 'relay' });
      await started.waitForLine(/^listening/);
      return started;
    };
    const collect = ({ lines }: { readonly lines: readonly string[] }): string[] =>
      lines.flatMap((line) => /^mail: \[lb1\] (.*)$/.exec(line)?.[1] ?? []);
    const first = await relay();
    const text = configuration().replace(
      'vrrp_version 3',
      `vrrp_version 3
  router_id lb1
  notification_email {
    ops@example.com
  }
  notification_email_from lb1@example.com
  smtp_server 127.0.0.1 2525
  smtp_alert`,
    );
    const daemon = await world.daemon(host.writeConfig(text));
    await world.addresses(OWN, VIP);
    await eventuallyEqual('mails', () => collect(first).length, 2);

    const { server2 } = lab;
    const better = server2.writeConfig(configuration('', 'VI_1', 200));
    const argv = [process.execPath, FAILOVERD, 'run', '-n', '-l', '-s', server2.namespace];
    const peer = () => server2.start([...argv, '-f', better], { outsideNetwork: true });
    const one = await peer();
    await world.addresses(OWN);
    await eventuallyEqual('mails', () => collect(first).length, 3);
    mails.push(...collect(first));
    await first.stop();
    await one.stop();
    await world.addresses(OWN, VIP);
    await daemon.waitForLine(/mail/);
    const second = await relay();
    await eventuallyEqual('mails', () => collect(second).length, 1, { timeoutMs: 60_000 });
    const other = await peer();
    await world.addresses(OWN);
    await eventuallyEqual('mails', () => collect(second).length, 2, { timeoutMs: 60_000 });
    await other.stop();
    await world.addresses(OWN, VIP);
    await eventuallyEqual('mails', () => collect(second).length, 3, { timeoutMs: 60_000 });
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await eventuallyEqual('mails', () => collect(second).length, 4);
    mails.push(...collect(second));
    const entered = (state: string): string => `VRRP Instance VI_1 - Entering ${state} state`;
    expect(mails).toEqual([
      ...['BACKUP', 'MASTER', 'BACKUP', 'MASTER', 'BACKUP', 'MASTER'].map(entered),
      'VRRP Instance VI_1 - Stopping',
    ]);
    await world.nothingLeft();
  });
});
