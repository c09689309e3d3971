// Does it hold under bad luck? Every seed is a world; a failing one prints its shrunk story and the
// command that shows it again.

import { describe, expect, it } from 'vitest';
import { runSeed } from '../../src/sim/run.ts';
import { report } from './report.ts';
import { runSwarm } from './swarm.ts';

const SEEDS = Number(process.env['FAILOVERD_SEEDS'] ?? 10_000);

describe('worlds', () => {
  it(`keep every invariant, seeds 1 to ${SEEDS}`, async () => {
    const { findings } = await runSwarm(1, SEEDS);
    const [first] = findings;
    if (first === undefined) return;
    const seeds = findings.map((one) => one.seed).join(' ');
    expect.fail(`${findings.length} of ${SEEDS}: ${seeds}\n${report(runSeed(first.seed))}`);
  });

  it('are the same world each time', () => {
    for (const seed of [1, 7, 42]) {
      expect(runSeed(seed).observations).toEqual(runSeed(seed).observations);
    }
  });

  it('are not empty: every kind of trouble comes, and everything happens', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 200; seed++) {
      for (const seen of runSeed(seed).observations) {
        kinds.add(seen.kind === 'disturbed' ? seen.what : seen.kind);
      }
    }
    const happenings = ['state', 'advert', 'announce', 'address', 'lowerPriority', 'stopped'];
    const troubles = ['kill', 'stop', 'pause', 'freeze', 'linkFlap', 'unplug', 'mute'];
    const more = [
      'cut',
      'burst',
      'trackerFlip',
      'drain',
      'refuse',
      'steal',
      'foreign',
      'forge',
      'reload',
    ];
    expect([...kinds]).toEqual(expect.arrayContaining([...happenings, ...troubles, ...more]));
  });
});
