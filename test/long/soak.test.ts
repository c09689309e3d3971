// The soak: two routers that advertise a hundred times a second, while trackers flap, scripts run,
// files are read again and somebody always looks. Nothing moves that the soak did not move, and
// nothing grows.

import { expect, it } from 'vitest';
import { LAB_PROGRAMS, whatIsMissing } from '../lab/requirements.ts';
import { onStage } from '../netns/stage.ts';
import { secondsFor } from './budget.ts';
import { Soak } from './soak.ts';

const missing = whatIsMissing(LAB_PROGRAMS);

it.skipIf(missing !== '')(`nothing unexplained, nothing grows ${missing}`, async () => {
  const pair = { server1: 'failoverd', server2: 'failoverd' } as const;
  await onStage(pair, {}, async (stage) => {
    const soak = await Soak.begin(stage);
    await soak.run(secondsFor('soak'));
    const unexplained = soak.unexplained();
    console.log(soak.summary());
    expect(unexplained).toEqual([]);
    expect(await soak.grown()).toEqual([]);
    await soak.end();
  });
});
