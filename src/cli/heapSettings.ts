import { setFlagsFromString } from 'node:v8';

const settings = [
  // V8 widens the room for new objects from 2 to 32 megabytes when much is made at once, as in
  // compiling a configuration, and hardly gives it back. Nearly all that is made there is kept, so
  // that a small room costs no more time, and copies less.
  'semi-space-growth-factor=1',
  // A heap of some megabytes is collected in milliseconds. Threads that help with it cost more
  // processor time than they save waiting, and each keeps memory of its own.
  'no-parallel-scavenge',
  'no-parallel-compaction',
  'no-parallel-pointer-update',
  'no-incremental-marking',
  // Collecting twice more, seconds after the last time: src/daemon/giveBack.ts has done it.
  'no-memory-reducer-for-small-heaps',
];

/** Of Node.js: it is with these that the settings were tried (test/long/nodes.test.ts). */
const latestTried = 24;

/** What V8 is to spare. To be called before anything large is made. An unknown setting is an error message. */
export function settleHeap(): void {
  if (Number.parseInt(process.versions.node, 10) > latestTried) return;
  for (const setting of settings) setFlagsFromString(`--${setting}`);
}
