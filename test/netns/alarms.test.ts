// The alarms of a running daemon, on a wire where somebody sends what no healthy router would.
import { expect } from 'vitest';
import { eventuallyEqual } from '../lab/eventually.ts';
import { startForging } from '../lab/forger.ts';
import { statusOf } from './asking.ts';
import { version3 } from './configs.ts';
import { vipIsOn, walkthrough } from './stage.ts';

walkthrough('alarms begin and end', { pairs: ['failoverd+keepalived'] }, async (stage) => {
  const { server1, lab } = stage;
  await server1.start(version3('0.1', ['192.168.122.200/24']));
  await vipIsOn(stage, 'server1');
  const forge = (part: object) =>
    startForging(lab.server2, {
      source: '192.168.122.77',
      version: 3,
      priority: 50,
      interval: 0.1,
      addresses: ['192.168.122.200'],
      repeat: 10_000,
      every: 0.1,
      ...part,
    });

  const weaker = await forge({});
  await server1.process.waitForLine(/VI_1: alarm dual_master: 192\.168\.122\.77 keeps advertising/);
  await weaker.stop();
  await server1.process.waitForLine(/VI_1: alarm dual_master is over/);

  const otherAddresses = await forge({ addresses: ['192.168.122.201'] });
  await server1.process.waitForLine(/VI_1: alarm vip_mismatch: 192\.168\.122\.77 advertises other/);
  await otherAddresses.stop();

  const refused = await forge({ version: 2, interval: 1, badChecksum: true });
  await server1.process.waitForLine(/VI_1: alarm foreign_master: .* is refused/);
  await refused.stop();
  await server1.process.waitForLine(/VI_1: alarm foreign_master is over/);
  await vipIsOn(stage, 'server1');
  await server1.stop();
});

walkthrough(
  'who hears nobody although somebody was expected says so',
  { pairs: ['failoverd+keepalived'], programs: ['nft'] },
  async (stage) => {
    const { server1, server2, lab } = stage;
    // What server2 sends does not come in, what server1 sends goes out.
    await lab.server1.run('nft', 'add table ip deaf');
    await lab.server1.run('nft', 'add chain ip deaf input { type filter hook input priority 0 ; }');
    await lab.server1.run('nft', 'add rule ip deaf input ip protocol 112 drop');
    const config = version3('0.1', ['192.168.122.200/24']).replace('MASTER', 'BACKUP');
    await server2.start(config.replace('priority 200', 'priority 250'));
    await vipIsOn(stage, 'server2');
    await server1.start(config);
    await server1.process.waitForLine(
      /VI_1: alarm rx_silent: \d+ adverts sent and none ever heard, although another router/,
    );
    const [alarm] = (await statusOf(lab.server1)).alarms;
    expect(alarm).toMatchObject({ name: 'rx_silent', instance: 'VI_1' });

    await lab.server1.run('nft', 'delete table ip deaf');
    await server1.process.waitForLine(/VI_1: alarm rx_silent is over/);
    await vipIsOn(stage, 'server2');
    // A picture that was asked for a moment ago may still be shown.
    await eventuallyEqual('alarms', async () => (await statusOf(lab.server1)).alarms, []);
    await server1.stop();
    await server2.stop();
  },
);
