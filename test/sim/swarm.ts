// Many seeds, on as many processors as there are: each child runs its share and names the seeds
// that broke an invariant. A world never depends on its neighbours, so neither does the answer.

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Finding {
  readonly seed: number;
  /** The invariants that it broke. */
  readonly invariants: readonly string[];
}

export interface SwarmResult {
  /** How many worlds there were time for. */
  readonly ran: number;
  /** The failing ones, in order. */
  readonly findings: readonly Finding[];
}

const worker = path.join(import.meta.dirname, 'swarmWorker.ts');

/** A day: for whoever wants all of the seeds, however long it takes. */
const NO_HURRY_S = 86_400;

/**
 * Runs `count` seeds from `first` on, or as many of them as fit into `seconds`. Throws when a
 * child dies.
 */
export async function runSwarm(
  first: number,
  count: number,
  seconds = NO_HURRY_S,
): Promise<SwarmResult> {
  const children = Math.min(os.availableParallelism(), Math.max(1, Math.ceil(count / 100)));
  const shares = await Promise.all(
    Array.from({ length: children }, (_, index) =>
      runShare([first + index, first + count, children, seconds]),
    ),
  );
  return {
    ran: shares.reduce((sum, share) => sum + share.ran, 0),
    findings: shares.flatMap((share) => share.findings).toSorted((a, b) => a.seed - b.seed),
  };
}

/** `share`: the arguments of swarmWorker.ts. */
async function runShare(share: readonly number[]): Promise<SwarmResult> {
  const args = ['--import', 'tsx', worker, ...share.map(String)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const findings: Finding[] = [];
  let ran = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Finding | { readonly ran: number };
    if ('ran' in said) ran = said.ran;
    else findings.push(said);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`seeds ${share.join(' ')}: the child ended with ${code}`);
  return { ran, findings };
}
