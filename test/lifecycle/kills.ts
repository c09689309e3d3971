// kill -9, again and again: from before the first address to well after it.

import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lab/eventually.ts';
import type { LabProcess } from '../lab/process.ts';
import { configuration, type World } from './world.ts';

/** The process ids of the guardians that a daemon has had, oldest first. */
export function guardians(daemon: LabProcess): readonly number[] {
  return daemon.lines.flatMap((line) => {
    const pid = /the guardian watches, process ([0-9]+)/.exec(line)?.[1];
    return pid === undefined ? [] : [Number(pid)];
  });
}

/** Kills so many daemons, or as many as fit into `seconds`; none may leave anything. Says how many. */
export async function killDaemons(world: World, rounds: number, seconds = 86_400): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  const file = world.host.writeConfig(configuration());
  let round = 0;
  for (; round < rounds && performance.now() < deadline; round += 1) {
    const daemon = await world.daemon(file);
    await eventually('a guardian', () => guardians(daemon).length > 0);
    await sleep((round * 97) % 700);
    daemon.signal('SIGKILL');
    await daemon.ended;
    await world.nothingLeft();
  }
  return round;
}
