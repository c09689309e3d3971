import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { routerDaemon } from '../lab/router-daemon.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

describe.skipIf(missing !== '')(`a daemon that is stopped ${missing}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.lab.close());

  it('says goodbye on SIGTERM, gives everything back and exits with 0', async () => {
    const script = '#!/bin/sh\necho "$1 $2 $3" >> /run/stopped\n';
    world.host.installScript('told.sh', script);
    const notify = 'notify_stop "/usr/local/bin/told.sh a b c"';
    const text = configuration().replace('virtual_ipaddress', `${notify}\n  virtual_ipaddress`);
    const file = world.host.writeConfig(text);
    const witness = await Capture.start(world.lab.client);
    const daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 0 });
    await world.nothingLeft();
    expect(world.host.readRun('stopped')).toBe('a b c\n');
    expect(daemon.tail()).toMatch(/stopping on SIGTERM/);
    await witness.stop();
  });

  it('ends with SIGINT as with SIGTERM', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    expect(await daemon.stop('SIGINT')).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    "leaves the host's own address on %s, though it is configured as a virtual one",
    async (signal) => {
      const text = configuration().replace(VIP, `${OWN}\n    ${VIP}`);
      const daemon = await world.daemon(world.host.writeConfig(text));
      await world.addresses(OWN, VIP);
      await daemon.waitForLine(/192\.168\.122\.101 is on eth0, but failoverd did not add it/);
      daemon.signal(signal);
      await daemon.ended;
      await world.nothingLeft();
    },
  );

  it('does not wait for a slow script after a second signal', async () => {
    world.host.installScript('slow.sh', '#!/bin/sh\nsleep 1000\n');
    const notify = 'notify_stop /usr/local/bin/slow.sh';
    const text = configuration().replace('virtual_ipaddress', `${notify}\n  virtual_ipaddress`);
    const daemon = await world.daemon(world.host.writeConfig(text));
    await world.addresses(OWN, VIP);
    daemon.signal('SIGTERM');
    await eventually('the slow script', () => world.survivors().some((one) => /slow/.test(one)));
    daemon.signal('SIGTERM');
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    expect(daemon.tail()).toMatch(/at once on a second signal/);
    await world.nothingLeft();
  });

  it('leaves the addresses with -V', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file, ['-V']);
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.addresses(OWN, VIP);
    expect((await world.cleanup(file)).code).toBe(0);
    await world.nothingLeft();
  });

  it('that was killed is cleaned up after', async () => {
    const file = world.host.writeConfig(configuration());
    // With -V there is no guardian, which would have been there first.
    const daemon = await world.daemon(file, ['-V']);
    await world.addresses(OWN, VIP);
    const refused = await world.cleanup(file);
    expect(refused.code).toBe(3);
    expect(refused.text).toContain(`process id ${daemon.pid} already runs`);
    await world.addresses(OWN, VIP);
    daemon.signal('SIGKILL');
    await daemon.ended;
    expect((await world.cleanup(file)).code).toBe(0);
    await world.nothingLeft();
    expect(await world.cleanup(file)).toMatchObject({ code: 0, text: '' });
  });

  it('that was killed can be started again, and is MASTER again', async () => {
    const file = world.host.writeConfig(configuration());
    const first = await world.daemon(file);
    await world.addresses(OWN, VIP);
    first.signal('SIGKILL');
    await first.ended;
    const second = await world.daemon(file);
    await second.waitForLine(/BACKUP -> MASTER/);
    await world.addresses(OWN, VIP);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('that was killed does not leave its address to a start that finds another MASTER', async () => {
    const file = world.host.writeConfig(configuration());
    const first = await world.daemon(file);
    await world.addresses(OWN, VIP);
    // -V leaves the address as a kill without a guardian would.
    await first.stop();
    const kept = await world.daemon(file, ['-V']);
    await world.addresses(OWN, VIP);
    await kept.stop();
    const other = world.lab.server2;
    const text = configuration('', 'VI_1', 200);
    const peer = routerDaemon('failoverd', other);
    await peer.start(text);
    await peer.process.waitForLine(/-> MASTER/);
    const second = await world.daemon(file);
    await world.addresses(OWN);
    await second.stop();
    await peer.stop();
    await world.nothingLeft();
  });
});
