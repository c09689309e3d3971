// What an instance does, and does not, make of its interfaces, as keepalived does beside it.

import { expect } from 'vitest';
import { Capture } from '../lab/capture.ts';
import { eventually } from '../lab/eventually.ts';
import { asServer2 } from '../lab/walkthroughs.ts';
import { version3 } from './configs.ts';
import { SERVER1, SERVER2, VIP, vipMovesTo, walkthrough } from './stage.ts';

const PAIRS = ['failoverd+keepalived', 'keepalived+failoverd'];

function withLines(...lines: readonly string[]): string {
  const [head = '', ...rest] = version3('0.2', [`${VIP}/24`]).split('\n');
  return [head, ...lines, ...rest].join('\n');
}

walkthrough('dont_track_primary: a pulled cable is no FAULT', { pairs: PAIRS }, async (stage) => {
  const { lab, capture } = stage;
  const file = withLines('    dont_track_primary');
  await stage.server1.start(file);
  await vipMovesTo(stage, 'server1', { priority: 200 });
  await stage.server2.start(asServer2(file, 100));
  const pulled = Capture.now();
  await lab.setCable('server1', false);
  await capture.waitForAdvert({ from: SERVER2, priority: 100, since: pulled });
  // It keeps the address, and is heard again at once.
  expect(await lab.server1.addresses()).toContain(`${VIP}/24`);
  const plugged = Capture.now();
  await lab.setCable('server1', true);
  await vipMovesTo(stage, 'server1', { priority: 200, since: plugged });
  expect(capture.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
});

walkthrough('the greatest weights of an interface', { pairs: PAIRS }, async (stage) => {
  const { lab, capture } = stage;
  const file = withLines('    track_interface {', '        ens9 weight -253', '    }');
  await stage.server1.start(file);
  await stage.server2.start(asServer2(file, 100));
  await vipMovesTo(stage, 'server1', { priority: 200 });
  const down = Capture.now();
  await lab.server1.ip('link', 'set', 'ens9', 'down');
  // Never 0, which would be a goodbye.
  await capture.waitForAdvert({ from: SERVER1, priority: 1, since: down });
  await vipMovesTo(stage, 'server2', { priority: 100, since: down });
  expect(capture.adverts({ from: SERVER1, priority: 0 })).toEqual([]);
});

walkthrough(
  'a greater one is refused by name, and the instance runs without it',
  { pairs: PAIRS },
  async (stage) => {
    const file = withLines('    track_interface {', '        ens9 weight 300', '    }');
    await stage.server1.start(file);
    await vipMovesTo(stage, 'server1', { priority: 200 });
    await eventually('a word about it', () =>
      stage.server1.process.lines.some((line) => /weight/.test(line) && /300/.test(line)),
    );
  },
);
