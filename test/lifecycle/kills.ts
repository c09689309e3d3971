// kill -9, again and again: from before the first address to well after it.

import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/process.ts';
import { configuration, World } from './world.ts';

/** The process ids of the guardians that a daemon has had, oldest first. */
export function guardians(daemon: LabProcess): readonly number[] {
  return daemon.lines.flatMap((line) => {
    const pid = /the guardian is watching, process ([0-9]+)/.exec(line)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}

/** Kills so many daemons in so many worlds at once; none may leave anything. Says how many. */
export async function killInManyWorlds(rounds: number, together: number): Promise<number> {
  let begun = 0;
  let ended = 0;
  await Promise.all(
    Array.from({ length: together }, async () => {
      const world = await World.create();
      try {
        while (begun < rounds) {
          await killOne(world, (begun++ * 97) % 700);
          ended += 1;
        }
      } finally {
        await world.lab.close();
      }
    }),
  );
  return ended;
}

async function killOne(world: World, afterMs: number): Promise<void> {
  const daemon = await world.daemon(world.host.writeConfig(configuration()));
  await eventually('a guardian', () => guardians(daemon).length > 0);
  await sleep(afterMs);
  daemon.signal('SIGKILL');
  await daemon.ended;
  await world.nothingLeft();
}
