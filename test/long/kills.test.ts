// kill -9 at random moments, more often than test/lifecycle has time for.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { killDaemons } from '../lifecycle/kills.ts';
import { World } from '../lifecycle/world.ts';
import { secondsFor } from './budget.ts';

const missing = whatIsMissing(LAB_PROGRAMS);
const MOST = 500;

describe.skipIf(missing !== '')(`kill -9 ${missing}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await World.create();
  });
  afterAll(() => world.lab.close());

  it('never leaves anything behind', async () => {
    const rounds = await killDaemons(world, MOST, secondsFor('kills'));
    console.log(`${rounds} daemons killed`);
    expect(rounds).toBeGreaterThan(0);
  });
});
