// The flight recorder of a router that has failed over and back on a real wire, replayed by the command:
// the same bytes each time, the same transitions at the same times as the router told them.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { run } from '../lab/commands.ts';
import { FAILOVERD } from '../lab/router-daemon.ts';
import { asked } from './asking.ts';
import { version3 } from './configs.ts';
import { ALONE_WITH_OURSELVES } from './pairs.ts';
import { SERVER2, startBoth, stopBoth, VIP, vipIsOn, walkthrough } from './stage.ts';

interface Told {
  readonly kind: string;
  readonly from?: string;
  readonly to?: string;
}

interface Step {
  readonly at: number;
  readonly outputs: readonly Told[];
}

function replay(trace: string): Promise<string> {
  return run([process.execPath, FAILOVERD, 'replay', '--json', trace]);
}

walkthrough(
  'a real failover is replayed byte for byte',
  { pairs: ALONE_WITH_OURSELVES },
  async (stage) => {
    const { server2 } = stage.lab;
    const config = version3('0.05', [`${VIP}/24`]);
    await startBoth(stage, config, 100);
    await vipIsOn(stage, 'server1');
    await stage.server1.kill();
    await vipIsOn(stage, 'server2');
    await stage.server1.start(config);
    await vipIsOn(stage, 'server1');

    const record = await asked(server2, (client) => client.record());
    const trace = path.join(stage.lab.directory, 'trace');
    writeFileSync(trace, record.map((line) => `${line}\n`).join(''));
    const text = await replay(trace);
    expect(await replay(trace)).toBe(text);

    const steps = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Step);
    const transitions = steps.flatMap(({ outputs }) =>
      outputs.flatMap(({ kind, from, to }) => (kind === 'StateChanged' ? [`${from} ${to}`] : [])),
    );
    expect(transitions).toEqual(['init backup', 'backup master', 'master backup']);
    // It says as many adverts as were on the wire, no more and no fewer.
    const spoken = steps.flatMap(({ outputs }) =>
      outputs.filter(({ kind }) => kind === 'SendAdvert'),
    );
    expect(spoken.length).toBeGreaterThan(0);
    expect(stage.capture.adverts({ from: SERVER2 }).length).toBe(spoken.length);
    await stopBoth(stage, 'server1');
  },
);
