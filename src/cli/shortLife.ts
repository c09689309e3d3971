import { setFlagsFromString } from 'node:v8';

/**
 * For a command that reads a file, says something and ends. V8 collects on threads beside the one
 * that runs and optimizes early, which spares a long life some waiting; a short one ends before
 * that pays, and has only used more processor time.
 */
export function expectShortLife(): void {
  for (const flag of [
    'no-parallel-scavenge',
    'no-incremental-marking',
    // Three times as much as usual has to run of a function before it is optimized.
    'interrupt-budget=400000',
  ]) {
    setFlagsFromString(`--${flag}`);
  }
}
