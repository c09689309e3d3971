/** What a tracker that does not run yet would begin with, from one look. */
import { readFileValue } from './fileValue.ts';
import { matchesComm, matchesCommandLine, needsCommandLine } from './processMatch.ts';
import type { ProcessPattern } from './processMatch.ts';
import type { ProcessSource } from './processSource.ts';

/** The number in a tracked file; 0 where there is none, as at a start. */
export async function fileValueNow(path: string): Promise<number> {
  const reading = await readFileValue(path);
  return reading.kind === 'value' ? reading.value : 0;
}

/** The processes that the pattern means, at this moment. */
export async function processesNow(
  pattern: ProcessPattern,
  source: ProcessSource,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (const pid of await source.pids()) {
    const identity = source.identify(pid);
    if (identity === undefined) continue;
    const matches = needsCommandLine(pattern)
      ? matchesCommandLine(pattern, (await source.commandLine(pid)) ?? [])
      : matchesComm(pattern, identity.comm);
    if (matches) found.push(pid);
  }
  return found;
}
