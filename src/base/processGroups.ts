/**
 * The process groups of running commands. A command leads a session and a group of its own, so that
 * whatever it starts can be ended with it.
 */

import { GroupLedger, readLedger } from './groupLedger.ts';
import type { TellLedger } from './groupLedger.ts';

/** How often it is looked whether anybody is left of a group that is being ended. */
const pollMs = 100;

/** Groups that must not outlive this process: their leader runs, or they are being ended. */
const living = new Set<number>();

let ledger: GroupLedger | undefined;

/** Groups are not written down before they have run for so long: most are over by then. */
const briefMs = 20;

/** Groups that will be written down with the next timer. */
let unwritten = new Set<number>();

/**
 * From now on what runs is written down at `path`. Throws where that is not possible. `tell` hears
 * when writing fails from then on (a sentence without its stop), and undefined when it works again.
 */
export function recordGroups(path: string, tell: TellLedger): void {
  ledger = new GroupLedger(path, tell);
}

/** Keeps account of a group from its start; `leader` is its number and its first process. */
export function groupStarted(leader: number): void {
  living.add(leader);
  if (ledger === undefined) return;
  if (unwritten.size === 0) setTimeout(writeDown, briefMs).unref();
  unwritten.add(leader);
}

function writeDown(): void {
  const leaders = unwritten;
  unwritten = new Set();
  for (const leader of leaders) ledger?.add(leader);
}

/**
 * The leader has ended by itself. What it left behind is its own affair, unless the group is
 * being ended.
 */
export function leaderEnded(leader: number): void {
  living.delete(leader);
  unwritten.delete(leader);
  ledger?.remove(leader);
}

/**
 * Asks a group to end (SIGTERM) and insists (SIGKILL) `graceMs` after that. The group is looked at
 * on the way and forgotten once it is empty, because from then on its number may be given to
 * somebody else.
 */
export function endGroup(leader: number, graceMs: number): void {
  living.add(leader);
  signalGroup(leader, 'SIGTERM');
  awaitEnd(leader, performance.now() + graceMs);
}

/** SIGKILL for a group at once. */
export function killGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL');
  leaderEnded(leader);
}

/** SIGKILL for every group that is left: this process is about to go, and nobody else would. */
export function killGroups(): void {
  for (const leader of living) signalGroup(leader, 'SIGKILL');
  living.clear();
  ledger?.close();
  ledger = undefined;
}

/** What `endLeftGroups` did: the leaders of the groups that it ended, or why it did not look. */
export type LeftGroups =
  | { readonly kind: 'ended'; readonly leaders: readonly number[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** Ends the groups that a predecessor, which was killed, wrote down at `path`. */
export async function endLeftGroups(path: string, graceMs: number): Promise<LeftGroups> {
  const reading = readLedger(path);
  if (reading.kind === 'refused') return reading;
  const leaders = reading.kind === 'none' ? [] : reading.leaders;
  const killAt = performance.now() + graceMs;
  for (const leader of leaders) signalGroup(leader, 'SIGTERM');
  let left = leaders;
  while (left.length > 0 && performance.now() < killAt) {
    await new Promise((resolve) => setTimeout(resolve, pollMs / 4));
    left = left.filter((leader) => signalGroup(leader, 0));
  }
  for (const leader of left) signalGroup(leader, 'SIGKILL');
  return { kind: 'ended', leaders };
}

function awaitEnd(leader: number, killAt: number): void {
  const left = killAt - performance.now();
  const look = (): void => {
    if (left > pollMs && signalGroup(leader, 0)) return awaitEnd(leader, killAt);
    if (left <= pollMs) signalGroup(leader, 'SIGKILL');
    leaderEnded(leader);
  };
  setTimeout(look, Math.max(0, Math.min(left, pollMs)));
}

/** Sends a signal to a process group; false when nobody is left in it. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
