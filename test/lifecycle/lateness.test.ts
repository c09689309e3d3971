// A daemon that could not run says how late it was, and why.

import { afterAll, beforeAll, describe, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { configuration, OWN, VIP, World } from './world.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

describe.skipIf(missing !== '')(`a daemon that was late ${missing}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.lab.close());

  it('knows that it was stopped', async () => {
    const daemon = await world.daemon(world.host.writeConfig(configuration()));
    await world.addresses(OWN, VIP);
    daemon.signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 700));
    daemon.signal('SIGCONT');
    await daemon.waitForLine(/this host was [0-9.]+ m?s late: the process was stopped/);
    await daemon.stop();
    await world.nothingLeft();
  });
});
