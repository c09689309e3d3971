import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

describe.skipIf(missing !== '')(`a daemon that is reloaded ${missing}`, () => {
  let world: World;
  let witness: Capture;
  beforeAll(async () => {
    world = await World.create();
    witness = await Capture.start(world.lab.client);
  });
  afterAll(() => world.lab.close());

  it('keeps running what ran when the file has an error, and says where it is', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    world.host.writeConfig(configuration().replace('interface eth0', 'interfaec eth0'));
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/was not reloaded: it has 1 error.*; what was running goes on/);
    expect(daemon.tail()).toMatch(/keepalived\.conf:\d+:\d+: error: /);
    const since = Capture.now();
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 100, since });
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('takes over what has changed without giving up MASTER', async () => {
    const file = world.host.writeConfig(configuration());
    const daemon = await world.daemon(file);
    await world.addresses(OWN, VIP);
    const since = Capture.now();
    const more = '192.168.122.201/24';
    const text = configuration('', 'VI_1', 150).replace(VIP, `${VIP}\n    ${more}`);
    world.host.writeConfig(text);
    daemon.signal('SIGHUP');
    await witness.waitForAdvert({ from: '192.168.122.101', priority: 150, since });
    await world.addresses(OWN, VIP, more);
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    expect(witness.adverts({ from: '192.168.122.101', priority: 0, since })).toEqual([]);
    world.host.writeConfig(configuration());
    daemon.signal('SIGHUP');
    await world.addresses(OWN, VIP);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });

  it('does not mind the namespace of the file where the command line names one', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration('net_namespace other')));
    await world.addresses(OWN, VIP);
    const file = configuration('', 'VI_1', 150);
    world.host.writeConfig(file);
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    await daemon.stop();
    await world.nothingLeft();
  });

  it('does not disturb an instance that has not changed', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    await daemon.waitForLine(/BACKUP -> MASTER/);
    const since = Capture.now();
    daemon.signal('SIGHUP');
    await daemon.waitForLine(/reloaded .*keepalived\.conf$/);
    await world.addresses(OWN, VIP);
    expect(witness.announcements('192.168.122.200', undefined, since)).toEqual([]);
    expect(daemon.lines.filter((line) => / -> /.test(line))).toHaveLength(2);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    await world.nothingLeft();
  });
});
