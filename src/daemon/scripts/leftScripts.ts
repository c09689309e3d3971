/**
 * Scripts that a killed daemon has left running: ended by `failoverd cleanup`, which the unit runs at
 * once, and by the next start. Never two checks or two notify scripts at once, over a crash as well.
 */
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../../base/errorText.ts';
import type { Log } from '../../base/log.ts';
import { endLeftGroups, recordGroups } from '../../base/processGroups.ts';
import { cureOf } from '../../base/retried.ts';
import { defaultScriptPolicy } from '../../base/script.ts';
import { controlDirectory } from '../../observe/controlPath.ts';

/** Ends what is left of the predecessor in this namespace. A sentence when there was something. */
export async function endLeftScripts(instance: string | undefined): Promise<string | undefined> {
  const left = await endLeftGroups(ledgerPath(instance), defaultScriptPolicy.killGraceMs);
  if (left.kind === 'refused') return `${left.reason}: what it says of scripts is not believed`;
  const { leaders } = left;
  if (leaders.length === 0) return undefined;
  return `ended what a killed failoverd had left running: process ${leaders.join(', ')}`;
}

/** From now on scripts are written down for an heir, as far as that is possible. */
export function recordScripts(instance: string | undefined, log: Log): void {
  const path = ledgerPath(instance);
  const tell = (problem: string | undefined): void => {
    if (problem === undefined)
      return log.notice(`${path}: running scripts are recorded again`, event);
    const text = `scripts would outlive a killed failoverd: ${path}: ${problem}${cureOf(problem)}`;
    log.warning(text, event);
  };
  try {
    mkdirSync(controlDirectory, { recursive: true, mode: 0o755 });
    recordGroups(path, tell);
  } catch (error) {
    tell(errorText(error));
  }
}

const event = { event: 'leftScripts' };

/** One for each network namespace and instance name, as of the lock: whoever has that has this. */
function ledgerPath(instance: string | undefined): string {
  const { ino } = statSync('/proc/self/ns/net');
  const parts = ['scripts', String(ino), instance].filter((part) => part !== undefined);
  return path.join(controlDirectory, parts.map((part) => part.replaceAll('/', '_')).join('.'));
}
